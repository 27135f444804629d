package archive

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"example.com/hikgrab/nvr/media/mp4"
	"example.com/hikgrab/tasks/archive/disk"
)

// Difference is how a file on disk differs from its line in the manifest.
type Difference string

// The differences. The JSON output guarantees the words to its readers.
const (
	Missing    Difference = "missing"    // listed, but not there
	Changed    Difference = "changed"    // there, with another size or other bytes
	Extra      Difference = "extra"      // there, but not listed
	Unreadable Difference = "unreadable" // there, but it could not be read
	Outdated   Difference = "outdated"   // unchanged, but made by an earlier hikgrab in a way that some programs misread
)

// Deviation is a file that differs from the manifest.
type Deviation struct {
	Kind   Difference
	Path   string // under the directory, with slashes
	Detail string // for a person; may be empty
}

// Verification is the result of verifying a directory.
type Verification struct {
	Files      int   // listed in the manifest
	Bytes      int64 // of them all, as listed
	Deviations []Deviation
	Outdated   []Deviation // they are not damaged
}

// VerifyProgress is how far a verification has got. It may be read
// concurrently.
type VerifyProgress struct {
	Total atomic.Int64 // bytes to read
	Done  atomic.Int64 // bytes read
}

// ErrNoManifest says that a directory has no manifest, or one that is not ours.
var ErrNoManifest = errors.New("there is no manifest.csv that hikgrab wrote")

// Verify reads every file under dir that the manifest lists and compares sizes
// first, then checksums. It compares joined and cut files with the manifests of
// their trees. It ignores what hikgrab itself keeps in the directory, stills,
// and the operator's own files beside the recorders' directories. It takes no
// lock and changes nothing.
func Verify(ctx context.Context, dir string, p *VerifyProgress) (Verification, error) {
	root, err := disk.Look(dir)
	if err != nil {
		return Verification{}, newError("open", dir, err)
	}
	defer func() { _ = root.Close() }() // it was only read
	files := map[string]listed{}
	if err := listedFiles(root, "", files); err != nil {
		return Verification{}, fmt.Errorf("read %s: %w", printable(filepath.Join(dir, manifestName)), err)
	}
	trees, err := addTrees(root, files)
	if err != nil {
		return Verification{}, err
	}
	v := Verification{Files: len(files)}
	wanted := make([]string, 0, len(files))
	for name, l := range files {
		v.Bytes += l.bytes
		if d, bad := sizeDiffers(root, name, l); bad {
			v.Deviations = append(v.Deviations, d)
			continue
		}
		p.Total.Add(l.bytes)
		wanted = append(wanted, name)
	}
	extra, err := extraFiles(root, files, trees)
	if err != nil {
		return v, newError("list", dir, err)
	}
	slices.Sort(wanted) // neighbours on disk are read one after the other
	differing, err := compareSums(ctx, root, wanted, files, p)
	v.Deviations = slices.Concat(v.Deviations, extra)
	for _, d := range differing {
		list := &v.Deviations
		if d.Kind == Outdated {
			list = &v.Outdated
		}
		*list = append(*list, d)
	}
	byPath := func(a, b Deviation) int { return cmp.Compare(a.Path, b.Path) }
	slices.SortFunc(v.Deviations, byPath)
	slices.SortFunc(v.Outdated, byPath)
	return v, err
}

// outdated reports whether an MP4 gives one size for all packets of its G.711
// sound, as hikgrab once wrote it.
func outdated(root *disk.Dir, name string, size int64) bool {
	if path.Ext(name) != ".mp4" {
		return false
	}
	f, err := root.OpenRead(name)
	if err != nil {
		return false
	}
	defer func() { _ = f.Close() }() // it was only read
	m, err := mp4.Read(f, size)
	return err == nil && m.Sound != nil && m.Sound.OneSize
}

// listed is a file in a manifest.
type listed struct {
	bytes int64
	sum   disk.Sum
}

// listedFiles reads the manifest of a tree, the zero Tree being the recordings,
// into files. The last line of a path counts.
func listedFiles(root *disk.Dir, t Tree, files map[string]listed) error {
	m := manifest{root: root, tree: t}
	f, err := m.open(os.O_RDONLY)
	if errors.Is(err, fs.ErrNotExist) {
		return ErrNoManifest
	}
	if err != nil {
		return err
	}
	defer func() { _ = f.Close() }() // it was only read
	end, _, err := readManifest(f, func(line []byte) {
		if r, ok := readRow(line, t, false); ok {
			files[r.Path] = listed{r.Bytes, r.SHA256}
		}
	})
	if errors.Is(err, errForeign) || end == 0 {
		return ErrNoManifest
	}
	return err
}

func sizeDiffers(root *disk.Dir, name string, l listed) (Deviation, bool) {
	info, err := root.Lstat(name)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return Deviation{Kind: Missing, Path: name}, true
	case err != nil:
		return Deviation{Kind: Unreadable, Path: name, Detail: printable(reason(err))}, true
	case !info.Mode().IsRegular():
		return Deviation{Kind: Changed, Path: name, Detail: "it is not a regular file"}, true
	case info.Size() != l.bytes:
		return Deviation{Kind: Changed, Path: name, Detail: fmt.Sprintf("%d bytes, %d are listed", info.Size(), l.bytes)}, true
	}
	return Deviation{}, false
}

// compareSums reads files, one per processor at once but at most four: more
// would only make a disk seek.
func compareSums(ctx context.Context, root *disk.Dir, names []string, files map[string]listed, p *VerifyProgress) (bad []Deviation, err error) {
	var (
		readers sync.WaitGroup
		mu      sync.Mutex
		next    atomic.Int64
	)
	for range min(4, runtime.GOMAXPROCS(0)) {
		readers.Go(func() {
			for ctx.Err() == nil {
				n := int(next.Add(1)) - 1
				if n >= len(names) {
					return
				}
				d := Deviation{Kind: Changed, Path: names[n], Detail: "same size, different content"}
				sum, err := root.Sum(ctx, names[n], &p.Done)
				if err != nil {
					d.Kind, d.Detail = Unreadable, printable(reason(err))
				}
				if err == nil && sum == files[names[n]].sum {
					if !outdated(root, names[n], files[names[n]].bytes) {
						continue
					}
					d.Kind, d.Detail = Outdated, "GStreamer and similar players misread its sound; the file that join makes from it plays correctly"
				}
				if ctx.Err() != nil {
					continue
				}
				mu.Lock()
				bad = append(bad, d)
				mu.Unlock()
			}
		})
	}
	readers.Wait()
	return bad, context.Cause(ctx)
}

// addTrees adds what the manifests of derived files list and returns the trees
// that have one. Stills have none: each of their directories was made in one
// step.
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

// extraFiles lists the files without a line in the recorders' directories and
// in those trees.
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
