// Package disk writes into one directory tree so that what is written survives
// a power cut, replaces nothing by accident, and never leaves the tree, whatever
// symbolic or hard links somebody planted there.
//
// It knows nothing of recordings, nor of what its files mean, and it decides
// nothing: its errors are the system's, or one of those named here.
package disk
