// Package media reads recordings as Hikvision recorders send them, MPEG program
// streams behind an IMKH header, and turns them into MP4 without touching a
// picture.
//
// A Scanner judges a recording while its bytes arrive; Remux rewrites one in a
// single pass, with exact time stamps and true gaps, and says by name what it
// cannot do well. Both give a Report. They use little memory: a Scanner a few
// hundred KiB, Remux less than 16 MiB for the files of up to a GiB that recorders
// write.
//
// It is not for decoding or encoding, and it knows neither recorders nor the
// names of files. A program stream has no checksum, so bytes changed inside a
// picture are not seen; nor is a recording that was cut exactly between two
// packs: only its length and its time span can tell.
package media
