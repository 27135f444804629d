// Package disk writes into one directory tree. What it writes survives a power
// cut, replaces nothing by accident, and never leaves the tree, whatever
// symbolic or hard links somebody planted there.
//
// It is not for recordings or for the meaning of files, and it makes no
// decisions: its errors are the system's, or those defined here.
package disk
