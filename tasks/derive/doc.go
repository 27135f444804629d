// Package derive makes further files out of finished ones: a camera's
// recordings joined to one MP4, clips cut out of them, and stills.
//
// Join and Cut copy pictures and sound as they are; Frames has ffmpeg decode
// them. What is made stands beside the recordings, in trees of its own, and is
// complete or not there. What was made before of the same files is left alone,
// so that everything can simply be asked for again.
//
// It never changes a recording, it is not for downloading, and it decides
// neither when something is made nor for whom.
package derive
