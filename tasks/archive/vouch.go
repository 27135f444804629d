package archive

import (
	"crypto/sha256"
	"errors"
	"io/fs"
	"slices"

	"example.com/hikgrab/tasks/archive/disk"
)

// checkpointEvery is how many bytes of a part are at risk in a crash. Syncing
// on the way also keeps the last sync before the final name short.
const checkpointEvery = 64 << 20

// checkpoint syncs what is written, now and then, and has the journal vouch for
// it, so that a crash costs no more than checkpointEvery. A failure is left for
// the next Write or Commit to report.
func (p *Part) checkpoint(total int64) {
	if total-p.saved < p.archive.checkpointEvery || !p.saving.CompareAndSwap(false, true) {
		return
	}
	p.saved = total
	p.behind.Go(func() {
		defer p.saving.Store(false)
		err := disk.Sync(p.file)
		if err == nil {
			err = p.archive.vouch(p.id, total)
		}
		if err != nil {
			p.archive.log.Warn("A checkpoint failed", "part", p.name, "error", err)
		}
	})
}

// removePart removes a file that was on its way to a final name.
func (a *Archive) removePart(id fileID) error {
	err := a.root.Drop(id.part())
	if id.form == asSent {
		err = errors.Join(err, a.vouch(id, 0))
	}
	return err
}

// vouch notes in the journal how many bytes of a part are safe. This run
// believes it even if the journal cannot be written; a 0 must be in the journal
// first.
func (a *Archive) vouch(id fileID, bytes int64) error {
	r := record{Type: keptRecord, ID: id.kept(), Bytes: bytes}
	a.mu.Lock()
	same := a.index.kept[r.ID] == bytes
	a.mu.Unlock()
	if same {
		return nil
	}
	if bytes > 0 {
		a.apply(r)
	}
	return a.append(r)
}

// kept returns the ID by which the journal records how much of a part is safe.
func (id fileID) kept() recordingID {
	if id.clip == (clip{}) {
		return id.recording
	}
	sum := sha256.Sum256([]byte(id.String()))
	return recordingID(sum[:16])
}

// dropStrayParts removes parts that cannot be continued: those without vouched
// bytes, pieces whose clip exists by now, and what was being made and never
// finished.
func (a *Archive) dropStrayParts() {
	entries, err := fs.ReadDir(a.root.FS(), partsDir)
	if err != nil {
		a.log.Warn("The parts could not be listed", "error", err)
		return
	}
	for _, e := range entries {
		id, ours := fileOfPart(e.Name())
		cut := id.clip != (clip{}) && slices.ContainsFunc(a.index.movies(id.recording, id.clip), func(movie fileID) bool {
			return a.index.done[movie].path != ""
		})
		if !ours || id.form == asSent && a.index.kept[id.kept()] > 0 && !cut {
			continue
		}
		if err := a.removePart(id); err != nil {
			a.log.Warn("An unusable part could not be removed", "part", e.Name(), "error", err)
		}
	}
}
