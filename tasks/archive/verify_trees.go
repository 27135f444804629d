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
		switch err := listedFiles(root, tree, files); {
		case errors.Is(err, ErrNoManifest):
		case err != nil:
			return nil, newError("read", filepath.Join(root.Name(), string(tree), manifestName), err)
		default:
			trees = append(trees, string(tree))
		}
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
		case d.IsDir() && (name == ownDir || isTree(name) && !ownTree):
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
