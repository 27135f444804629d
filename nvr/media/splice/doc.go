// Package splice makes one MP4 out of parts of others: it joins what follows in
// time, and cuts at key frames. Nothing is decoded and nothing is encoded; each
// picture and each packet of sound is copied as it is.
//
// Plan reads the indexes of the pieces and says which parts of them make which
// files, exactly; Write makes one of the files. Both hold one piece open at a
// time and keep little in memory but the index of that piece and of the file
// being written, so that thousands of pieces can be joined.
//
// # Times
//
// The time of a picture in the result is its wall clock less that of the
// result's first picture. Gaps stay gaps. Sound keeps its own times; it is
// there while the pictures of its own piece are, and where a piece has none,
// there is silence. Pictures that an edit list of a piece hides are shown, at
// their own times: they are there.
//
// # Where pieces meet
//
// Recorders let files overlap by a second or two. The earlier piece then gives
// way to the later one from its first picture on, which is a key frame; where
// pictures are decoded in another order than they are shown, one or two more of
// the earlier piece may go. A piece that shows nothing that others do not show
// is left out, and Plan says so. What cannot share a track is put into a file of
// its own: nothing is lost, neither where the format changes nor where a clock
// was set back and everything after it is told twice.
//
// Parameter sets may change from piece to piece as long as each piece brings its
// own in front of its key frames, as recorders' do.
//
// # What it is not for
//
// It is not for program streams (package media makes MP4s of them), not for
// fragmented or encrypted MP4s, and not for cutting anywhere but at key frames.
// Of several tracks of a kind it takes the first.
package splice
