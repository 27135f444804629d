// Package mp4 writes MP4 files: one pass over the samples, the index in front.
//
// Space for the index is reserved in front of the samples; an index that does
// not fit goes behind them. Samples are written as they come, their times may
// follow later, and what stays in memory is the index alone: some 4 to 12 bytes
// per sample.
//
// It is not for reading, for fragments or for encryption, and it checks no
// sample against its sample entry.
package mp4
