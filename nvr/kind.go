package nvr

import (
	"strings"
)

// What recordings are made for, in Recording.Kind. Smart events have names of
// their own, such as "linedetection", as the recorder writes them.
const (
	KindTiming = "timing" // by schedule, whatever happens
	KindMotion = "motion"
	KindAlarm  = "alarm" // an input of the recorder or camera
	KindManual = "manual"
)

// recordedFor are the words that devices have for the kinds. Seen are timing,
// MOTION, CMR, VideoMotion and AllEvent, with hikvision.com, std-cgi.com,
// psia.org and ISAPI.org before them.
var recordedFor = map[string]string{
	"timing": KindTiming, "cmr": KindTiming, "time": KindTiming, "continuous": KindTiming, "normal": KindTiming,
	"motion": KindMotion, "videomotion": KindMotion, "move": KindMotion,
	"alarm": KindAlarm, "io": KindAlarm, "alarminput": KindAlarm,
	"manual": KindManual, "command": KindManual,
	"allevent": "event",
}

// recordingKind reads a descriptor such as "recordType.meta.hikvision.com/timing";
// "" when it names no kind.
func recordingKind(descriptor string) string {
	descriptor = strings.ToLower(strings.TrimRight(strings.TrimSpace(descriptor), "/"))
	i := strings.LastIndexByte(descriptor, '/')
	if i < 0 || strings.Contains(descriptor[i:], ".") {
		return ""
	}
	word := strings.Map(func(r rune) rune {
		if 'a' <= r && r <= 'z' || '0' <= r && r <= '9' || r == '-' || r == '_' {
			return r
		}
		return -1
	}, descriptor[i+1:])
	if known := recordedFor[word]; known != "" {
		return known
	}
	return word[:min(len(word), 32)]
}
