// Package archive is the only place that writes under the output directory:
// parts, finished recordings, the manifest, the journal, the log and the lock.
//
// A recording appears under its final name only when it is complete, checked
// and synced; the journal says "done" only after that. Everything that comes
// from a sheet or a recorder is cleaned before it becomes a path, and no path
// leaves the directory, whatever symbolic links somebody planted there.
//
// A recording is scanned while it comes. What is damaged is refused once, so
// that it is fetched again, and kept when it comes the same; what is odd is
// noted. Where an MP4 is wanted it is made meanwhile, or read for once more when only
// the end tells how, and always before anything gets its name; the
// raw file goes when the MP4 is proven and the scan is clean, and stays beside
// it otherwise. What cannot become an MP4 stays raw, and the manifest says why.
//
// Of a recording that lies only partly in the range asked, a clip can be kept:
// an MP4 that begins and ends at the key frames around that range. Raw files
// stay whole, and so does what cannot be cut. A clip can also be made of a piece of
// the recording that the recorder sent by time, once the clock in its pictures shows
// that it is the right one; a piece itself never gets a name.
//
// The journal is the one truth: what exists, what it is, and what is remembered of
// recorders. The manifests are written from it, for people and their programs; they
// are read only to see which lines they lack, and to rebuild a journal that was
// lost. What a crash or a power cut can leave behind is settled by the next Open:
// a torn line at the end of the journal or of a manifest is cut, a file that
// got its name but not its "done" is recognised by the line that announced it,
// and bytes of a part that nobody vouched for are dropped.
//
// Finished files are named by a Layout, and stay where they are when a later run
// has another one. Files that are made out of finished ones stand in trees of
// their own, joined, cut and frames, and never change what they are made of.
//
// What a run writes beside the manifest for people, such as the result sheet,
// takes the place of what the last run wrote there. As soon as somebody changed
// that, or put a file of that name there, it is kept under a dated name.
//
// A file that stands under the name a recording should get, and of which the
// journal knows nothing, is never replaced: the recording gets a name with its
// own identity in it. Such a file counts as the recording itself, and is not
// fetched again, when it has the size that the recorder announces and begins like a
// recording.
//
// Room on the volume is kept in steps ahead of what comes. What does not fit at
// present waits alone, what would not fit the empty volume fails alone, and a part
// that outgrew its announcement goes before it takes room from others.
//
// It is not for deciding what to fetch or when, and it never replaces or
// deletes a file that it did not make.
package archive
