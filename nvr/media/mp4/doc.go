// Package mp4 writes MP4 files, and reads what is needed to take others apart
// sample by sample.
//
// A Writer makes one file in one pass over the samples. Space for the index is
// reserved in front of them; an index that does not fit goes behind. Samples
// are written as they come, their times may follow later, and what stays in
// memory is the index alone: some 4 to 12 bytes per sample.
//
// Read reads an index, of a file that may be anybody's: every table is checked
// before it is used, and what cannot be taken apart is refused by name, with a
// *Refusal. The tables stay as they stand in the file; a Cursor goes through
// them.
//
// It is not for fragments or for encryption, it checks no sample against its
// sample entry, and it reads no samples: Read says where they are.
package mp4
