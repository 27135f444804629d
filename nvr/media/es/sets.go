package es

import (
	"bytes"
	"slices"
)

// Sets returns the distinct parameter sets seen so far.
func (s *Splitter) Sets() ParameterSets { return s.sets }

// SPS returns the latest sequence parameter set, or false if none was valid.
func (s *Splitter) SPS() (SPS, bool) { return s.sps, s.sized }

// Rotation returns how to rotate the pictures for display.
func (s *Splitter) Rotation() Rotation { return s.rotation }

// Resizes returns how often the picture size changed.
func (s *Splitter) Resizes() int { return s.resize }

func (s *Splitter) addSet() {
	if len(s.head) >= setSize {
		return
	}
	list := &s.sets.PPS
	switch k := s.role.kind; {
	case k == hevcVPS && s.Codec == H265:
		list = &s.sets.VPS
	case k == avcSPS && s.Codec == H264, k == hevcSPS && s.Codec == H265:
		list = &s.sets.SPS
		sps, err := ParseSPS(s.Codec, s.head)
		if err != nil {
			return
		}
		if s.sized && (sps.Width != s.sps.Width || sps.Height != s.sps.Height) {
			s.resize++
		}
		s.sps, s.sized, s.current().hasSPS = sps, true, true
	}
	again := slices.ContainsFunc(*list, func(old []byte) bool { return bytes.Equal(old, s.head) })
	if !again && len(*list) < setCount {
		*list = append(*list, bytes.Clone(s.head))
	}
}
