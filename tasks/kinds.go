package tasks

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"example.com/hikgrab/nvr"
)

// Kinds are the wanted kinds of recordings: words separated by commas, each
// once and in order, such as "alarm,motion", or "all". The zero Kinds means the
// default, which is all.
type Kinds string

// Words for several kinds of recordings.
const (
	kindSmart = "smart" // any event that the recorder or camera recognized itself
	kindEvent = "event" // any event
	kindAll   = "all"
)

// kindWords are the names that people use for kinds of recordings.
var kindWords = map[string]string{
	"timing": nvr.KindTiming, "continuous": nvr.KindTiming, "schedule": nvr.KindTiming, "постоянная": nvr.KindTiming, "постоянно": nvr.KindTiming, "расписание": nvr.KindTiming,
	"motion": nvr.KindMotion, "движение": nvr.KindMotion,
	"alarm": nvr.KindAlarm, "тревога": nvr.KindAlarm,
	"manual": nvr.KindManual, "ручная": nvr.KindManual, "вручную": nvr.KindManual,
	"smart": kindSmart, "смарт": kindSmart,
	"event": kindEvent, "events": kindEvent, "событие": kindEvent, "события": kindEvent,
	"linedetection": "linedetection", "fielddetection": "fielddetection", "regionentrance": "regionentrance", "regionexiting": "regionexiting",
	"facedetection": "facedetection", "vehicledetection": "vehicledetection", "pir": "pir",
}

var errKinds = errors.New("type kinds of recordings: timing, motion, alarm, manual, smart (recognised by the device) or event (all but timing and manual)")

// ParseKinds reads a list of kinds. The error says what to type and does not
// repeat the text.
func ParseKinds(text string) (Kinds, error) {
	found := map[string]bool{}
	for word := range strings.FieldsFuncSeq(strings.ToLower(text), func(r rune) bool { return strings.ContainsRune(",;+/ \n\u00a0", r) }) {
		switch known := kindWords[word]; {
		case word == "all" || word == "все" || word == "всё" || word == "*":
			return kindAll, nil
		case known == "":
			return "", errKinds
		default:
			found[known] = true
		}
	}
	return Kinds(strings.Join(slices.Sorted(maps.Keys(found)), ",")), nil
}

// want reports whether recordings of a kind are wanted. A kind that the
// recorder does not report is wanted.
func (k Kinds) want(kind string) bool {
	if k == "" || k == kindAll || kind == "" {
		return true
	}
	happened := kind != nvr.KindTiming && kind != nvr.KindManual
	for word := range strings.SplitSeq(string(k), ",") {
		switch {
		case strings.Contains(kind, word), // "motion" in "alarmandmotion" as well
			word == kindEvent && happened,
			word == kindSmart && happened && kind != nvr.KindMotion && kind != nvr.KindAlarm:
			return true
		}
	}
	return false
}

// kindCounts says how many recordings there are of each kind: "3 motion, 12
// timing".
func kindCounts(counts map[string]int) string {
	var all []string
	for _, kind := range slices.Sorted(maps.Keys(counts)) {
		all = append(all, fmt.Sprintf("%d %s", counts[kind], kind))
	}
	return strings.Join(all, ", ")
}

// Kinds says how many recordings of each kind the recorder has, or "" if none:
// "3 motion, 12 timing, 1 of unknown kind (never left out)".
func (f Finding) Kinds() string {
	counts, untold, others := map[string]int{}, 0, 0
	for _, c := range f.Cameras {
		others += c.Others
		for kind, n := range c.Kinds {
			if kind == "" {
				untold += n
			} else {
				counts[kind] += n
			}
		}
	}
	var all []string
	if len(counts) > 0 {
		all = append(all, kindCounts(counts))
	}
	if untold > 0 {
		all = append(all, fmt.Sprintf("%d of unknown kind (never left out)", untold))
	}
	if others > 0 {
		all = append(all, fmt.Sprintf("%d of other kinds (not asked for)", others))
	}
	return strings.Join(all, ", ")
}
