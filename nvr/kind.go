package nvr

import "strings"

// The reasons for recordings, in Recording.Kind. Smart events have their own
// names, such as "linedetection", as the recorder writes them.
const (
	KindTiming = "timing" // by schedule, whatever happens
	KindMotion = "motion"
	KindAlarm  = "alarm" // an input of the recorder or camera
	KindManual = "manual"
)

// recordedFor maps the words of devices to the kinds. Known are timing, MOTION,
// CMR, VideoMotion and AllEvent, after hikvision.com, std-cgi.com, psia.org and
// ISAPI.org.
var recordedFor = map[string]string{
	"timing": KindTiming, "cmr": KindTiming, "time": KindTiming, "continuous": KindTiming, "normal": KindTiming,
	"motion": KindMotion, "videomotion": KindMotion, "move": KindMotion,
	"alarm": KindAlarm, "io": KindAlarm, "alarminput": KindAlarm,
	"manual": KindManual, "command": KindManual,
	"allevent": "event",
}

// recordingKind parses a descriptor such as
// "recordType.meta.hikvision.com/timing". It returns "" if there is no kind in
// it.
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
