package mp4

// Extent is the size of a track's contents.
type Extent struct {
	Entry   int   // bytes of its sample entry
	Samples int   // number of samples
	Keys    int   // number of key samples
	Bytes   int64 // of all samples
	Times   int   // runs of equal decoding time differences
	Shifts  int   // runs of equal display shifts
	Flushes int   // calls of Flush
}

// Reserve returns the most room that the index of a file with these tracks can
// take, if the Writer gets their samples in time order.
func Reserve(video, sound Extent) int64 {
	// Sound is written once audioHold bytes or chunkSamples samples are gathered,
	// which ends a chunk of pictures. A chunk may need a row in two tables.
	const fixed, perChunk = 2 << 10, 8 + 12
	flushes := min(int64(sound.Samples), sound.Bytes/audioHold+int64(sound.Samples)/chunkSamples+int64(sound.Flushes)+1)
	chunks := int64(video.Samples)/chunkSamples + 2 + 2*flushes
	return fixed + video.room() + sound.room() + chunks*perChunk
}

func (e Extent) room() int64 {
	return int64(e.Entry) + 4*int64(e.Samples) + 4*int64(e.Keys) + 8*int64(e.Times) + 8*int64(e.Shifts)
}
