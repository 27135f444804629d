// Package mp4 writes MP4 files, and reads the index of others so that they can
// be taken apart sample by sample.
//
// A Writer makes one file in one pass over the samples. It reserves space for
// the index before them; an index that does not fit goes after them. It writes
// samples as they come, and their times may follow later. Only the index stays
// in memory: some 4 to 12 bytes per sample.
//
// Read reads the index of any file. It checks every table before use, and
// refuses what cannot be taken apart with a *Refusal that says why. The tables
// stay in the form they have in the file; a Cursor iterates over them.
//
// It is not for fragments or for encryption. It does not check samples against
// their sample entry, and it does not read samples: Read says where they are.
package mp4
