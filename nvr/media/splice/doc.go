// Package splice makes one MP4 out of parts of others: it joins consecutive
// pieces and cuts at key frames. It neither decodes nor encodes; it copies each
// picture and each packet of sound unchanged.
//
// Plan reads the indexes of the pieces and says exactly which parts of them
// make which files. Write makes one of the files. Both hold one piece open at a
// time, and keep little in memory but the index of that piece and of the file
// being written, so that thousands of pieces can be joined.
//
// # Times
//
// The time of a picture in the result is its wall clock minus that of the
// result's first picture. Gaps stay gaps. Sound keeps its own times. It plays
// during the pictures of its own piece; a piece without sound is silent.
// Pictures hidden by a piece's edit list are shown at their own times, because
// they exist.
//
// # Where pieces meet
//
// Recorders let files overlap by a second or two. The earlier piece then ends
// at the first picture of the later one, which is a key frame. If pictures are
// decoded in another order than they are shown, one or two more of the earlier
// piece may be dropped. A piece that shows nothing new is left out, and Plan
// says so. What cannot share a track goes into a file of its own. Nothing is
// lost, not even when the format changes, or when a clock was set back and the
// same hours come twice.
//
// Parameter sets may change from piece to piece if each piece has its own
// before its key frames, as recorders' pieces do.
//
// # What it is not for
//
// It is not for program streams (package media makes MP4s of them), not for
// fragmented or encrypted MP4s, and not for cutting anywhere but at key frames.
// Of several tracks of a kind it uses the first.
package splice
