// Package media reads recordings as Hikvision recorders send them, MPEG program
// streams after an IMKH header, and converts them to MP4 without re-encoding.
//
// A Scanner judges a recording while its bytes arrive. Remux converts one in a
// single pass, with exact time stamps and true gaps, and names what it cannot
// do well. Both return a Report. They use little memory: a Scanner a few
// hundred KiB, Remux less than 16 MiB for files of up to a GiB, the size
// recorders write.
//
// It is not for decoding or encoding, and it knows neither recorders nor file
// names. A program stream has no checksum, so changed bytes inside a picture go
// unnoticed. So does a recording that is cut exactly between two packs: only
// its length and its time span can show that.
package media
