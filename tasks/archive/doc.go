// Package archive is the only package that writes under the output directory:
// parts, finished recordings, the manifest, the journal, the log and the lock.
//
// A recording appears under its final name only when it is complete, checked
// and synced; only then does the journal say "done". Everything that comes from
// a sheet or a recorder is cleaned before it becomes a path, and no path leaves
// the directory, whatever symbolic links somebody planted there.
//
// A recording is scanned while it arrives. Damage is refused once, so that the
// recording is fetched again, and kept if it comes the same; oddities are
// noted. A wanted MP4 is made meanwhile or, if only the end tells how, in a
// second pass, and always before anything gets its name. The raw file goes once
// the MP4 is proven and the scan is clean; otherwise it stays beside it. What
// cannot become an MP4 stays raw, and the manifest says why.
//
// If a recording lies only partly in the range asked, a clip can be kept: an
// MP4 that begins and ends at the key frames around that range. Raw files stay
// whole, and so does what cannot be cut. A clip can also be made from a piece
// of the recording that the recorder sent by time, once the clock in its
// pictures shows that it is the right one. A piece itself never gets a final
// name.
//
// The journal is the one truth: which files exist, what they are, and what is
// remembered of recorders. The manifests are written from it, for people and
// their programs. They are read only to see which lines are missing, and to
// rebuild a lost journal. The next Open repairs what a crash or a power cut can
// leave. It cuts a torn line at the end of the journal or of a manifest. A file
// that got its name but not its "done" is recognized by the line that announced
// it. Bytes of a part that nobody vouched for are dropped.
//
// A Layout names finished files; they stay where they are when a later run has
// another one. Files made from finished ones are in their own trees, joined,
// cut and frames, and never change their sources.
//
// What a run writes beside the manifest for people, such as the result sheet,
// replaces what the last run wrote there. If somebody has changed that, or put
// a file of that name there, it is kept under a dated name.
//
// A file under a recording's name that the journal does not know is never
// replaced: the recording gets a name with its own identity in it. Such a file
// counts as the recording itself, and is not fetched again, if it has the
// announced size and begins like a recording.
//
// Room on the volume is reserved in steps ahead of what arrives. What does not
// fit now waits alone, what would not fit the empty volume fails alone, and a
// part that outgrew its announcement is dropped before it takes room from
// others.
//
// It is not for deciding what to fetch or when, and it never replaces or
// deletes a file that it did not make.
package archive
