// Package derive makes further files from finished ones: a camera's recordings
// joined to one MP4, clips cut from them, and stills.
//
// Join and Cut copy pictures and sound unchanged; Frames has ffmpeg decode
// them. The results go beside the recordings, into trees of their own, and are
// complete or absent. What already exists from the same files is left alone, so
// every request can simply be repeated.
//
// It never changes a recording, it is not for downloading, and it does not
// decide when or for whom something is made.
package derive
