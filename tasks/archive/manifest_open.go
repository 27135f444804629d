package archive

import (
	"errors"
	"io/fs"
	"maps"

	"example.com/hikgrab/tasks/archive/disk"
)

// openManifests adds the lines lost in a crash. If the journal was lost, it
// first rebuilds it from the manifests.
func (a *Archive) openManifests(rebuild bool) error {
	lacking, listed := map[fileID]bool{}, map[string]bool{}
	for _, t := range []Tree{"", JoinedTree, CutTree} {
		m := &manifest{root: a.root, tree: t, log: a.log, dropped: map[string]bool{}}
		a.manifests[t] = m
		var lost []record
		there := map[string]disk.Sum{}
		err := m.load(a, func(line []byte) {
			r, ok := readRow(line, t, false)
			if !ok {
				return
			}
			there[r.Path] = r.SHA256
			if r, ok := readRow(line, t, true); rebuild && ok {
				lost = append(lost, r)
			}
		})
		if err != nil {
			return a.fail("read", m.name(), err)
		}
		if err := a.rebuild(lost); err != nil {
			return a.fail("write", journalName, err)
		}
		for id, e := range a.index.done {
			if sum, ok := there[e.path]; a.index.derived[id].Tree == t && sum != e.sum && a.present(e) {
				lacking[id], listed[e.path] = true, ok
			}
		}
	}
	if len(lacking) > 0 {
		err := a.eachDone(func(r record) {
			if lacking[r.fileID()] {
				a.manifests[r.Tree].queue(&r, listed[r.Path])
			}
		})
		if err != nil {
			return a.fail("read", journalName, err)
		}
	}
	for m := range maps.Values(a.manifests) {
		err := a.fail("write", m.name(), m.close())
		if KindOf(err) == InUse {
			a.log.Warn("Another program has locked the manifest; its lines are added later", "file", m.name())
		} else if err != nil {
			return err
		}
	}
	return nil
}

// rebuild restores the files whose journal was lost: those that exist with the
// size in their manifest.
func (a *Archive) rebuild(lost []record) error {
	found := make([]record, 0, len(lost))
	for _, r := range lost {
		_, known := a.index.done[r.fileID()]
		if _, taken := a.index.owners[r.Path]; known || taken || !fs.ValidPath(r.Path) || !a.present(entry{path: r.Path, bytes: r.Bytes}) {
			continue
		}
		a.index.apply(r)
		found = append(found, r)
	}
	if len(found) == 0 {
		return nil
	}
	a.log.Info("Finished files that the journal did not have are added from the manifest", "files", len(found))
	return a.journal.append(onDisk, found...)
}

// Known reports, by its error, whether dir has been an output directory:
// ErrNoManifest says that neither its manifest nor a journal is hikgrab's, so
// that Open would start one. It changes nothing.
func Known(dir string) error {
	root, err := disk.Look(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return ErrNoManifest
	}
	if err != nil {
		return newError("open", dir, err)
	}
	defer func() { _ = root.Close() }() // it was only read
	if info, err := root.Lstat(journalName); err == nil && info.Mode().IsRegular() {
		return nil // whatever somebody did to the manifest
	}
	return listedFiles(root, "", map[string]listed{})
}
