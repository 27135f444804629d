package archive

import (
	"errors"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"

	"example.com/hikgrab/tasks/archive/disk"
)

// addTrees adds what the manifests of derived files list and returns the trees
// that have one. Stills have none: each directory of them was made in one step.
func addTrees(root *disk.Dir, files map[string]listed) (trees []string, err error) {
	for _, tree := range []Tree{JoinedTree, CutTree} {
		name := string(tree) + "/" + manifestName
		more, err := listedFiles(root, name)
		if errors.Is(err, ErrNoManifest) {
			continue
		}
		if err != nil {
			return nil, newError("read", filepath.Join(root.Name(), filepath.FromSlash(name)), err)
		}
		for name, l := range more {
			files[string(tree)+"/"+name] = l
		}
		trees = append(trees, string(tree))
	}
	return trees, nil
}

// extraFiles lists what stands in the recorders' directories, and in those
// trees, without a line.
func extraFiles(root *disk.Dir, files map[string]listed, trees []string) (extra []Deviation, err error) {
	err = fs.WalkDir(root.FS(), ".", func(name string, d fs.DirEntry, err error) error {
		top, below, _ := strings.Cut(name, "/")
		ownTree := slices.Contains(trees, top)
		if ownTree {
			_, below, _ = strings.Cut(below, "/")
		}
		switch {
		case err != nil:
			extra = append(extra, Deviation{Kind: Unreadable, Path: name, Detail: printable(reason(err))})
			return nil
		case d.IsDir() && (name == ownDir || slices.Contains(madeDirs, name) && !ownTree):
			return fs.SkipDir
		case d.IsDir() || below == "":
			return nil
		}
		if _, ok := files[name]; !ok {
			extra = append(extra, Deviation{Kind: Extra, Path: name})
		}
		return nil
	})
	return extra, err
}
