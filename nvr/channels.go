package nvr

import (
	"context"
	"encoding/xml"
	"maps"
	"slices"
	"strconv"
	"strings"
)

const (
	tracksPath      = "/ISAPI/ContentMgmt/record/tracks"
	proxiesPath     = "/ISAPI/ContentMgmt/InputProxy/channels"
	proxyStatusPath = "/ISAPI/ContentMgmt/InputProxy/channels/status"
	inputsPath      = "/ISAPI/System/Video/inputs/channels"
	streamsPath     = "/ISAPI/Streaming/channels"
)

// maxChannels exceeds the channels of any recorder.
const maxChannels = 1024

// listed is an element of any list of channels. The fields have the same
// meaning in every list that has them.
type listed struct {
	ID         string `xml:"id"`
	Name       string `xml:"name"`
	Channel    string `xml:"channelName"`
	Enabled    string `xml:"videoInputEnabled"`
	Resolution string `xml:"resDesc"`
	Online     string `xml:"online"`
	Source     string `xml:"SrcDescriptor>SrcChannel"`
}

// Channels lists the camera inputs, ordered by number, using whatever calls the
// device answers. A device that refuses every kind of discovery gives a
// Protocol error; its channels can still be searched by number.
//
// An NVR lists IP channels, a camera video inputs, a hybrid DVR both, and each
// answers 403 to what it does not have. Inputs without a signal and channels
// that are no longer connected are listed as offline: their recordings may
// still be on the disk.
func (r *Recorder) Channels(ctx context.Context) ([]Channel, error) {
	if _, err := r.join(ctx); err != nil {
		return nil, r.fail("list channels", 0, err)
	}
	list, err := r.discover(ctx)
	r.learn(func(l *learned) {
		l.channels = nil
		for _, c := range list {
			l.channels = append(l.channels, c.Number)
		}
	})
	return list, r.fail("list channels", 0, err)
}

func (r *Recorder) discover(ctx context.Context) ([]Channel, error) {
	lists, leftOut, err := r.documents(ctx, inputsPath, proxiesPath, tracksPath)
	if err != nil {
		return nil, err
	}
	inputs, proxies, tracks := readList(lists[0].body), readList(lists[1].body), readList(lists[2].body)
	var status, streams []listed
	if len(proxies) > 0 {
		status, err = r.extra(ctx, proxyStatusPath)
	}
	if len(inputs)+len(proxies)+len(tracks) == 0 {
		streams, err = r.extra(ctx, streamsPath)
	}
	if err != nil {
		return nil, err
	}
	channels := merge(inputs, proxies, status, tracks, streams)
	if len(channels) == 0 && leftOut != nil {
		return nil, leftOut
	}
	if len(channels) == 0 {
		return nil, unexpected("this device does not list its channels", nil).
			withRemedy(NameChannels)
	}
	if leftOut != nil {
		r.log.Warn("a list of channels is left out", "reason", leftOut)
	}
	return channels, nil
}

// extra fetches a list that adds to what is already known. If the device fails
// to answer, the list is left out.
func (r *Recorder) extra(ctx context.Context, path string) ([]listed, error) {
	d, err := r.optional(ctx, path)
	if err != nil && concernsOne(err) {
		r.log.Warn("a list is left out", "path", path, "reason", err)
		return nil, nil
	}
	return readList(d.body), err
}

// readList parses any list of channels. It ignores the "size" attribute, where
// recorders put the number of free slots.
func readList(body []byte) []listed {
	d := newXMLDecoder(body)
	var all []listed
	for depth := 0; len(all) < maxChannels; {
		t, err := d.Token()
		if err != nil {
			return all
		}
		switch t := t.(type) {
		case xml.StartElement:
			depth++
			if depth < 2 {
				continue
			}
			depth--
			var l listed
			if err := d.DecodeElement(&l, &t); err != nil {
				return all
			}
			all = append(all, l)
		case xml.EndElement:
			depth--
		}
	}
	return all
}

func (l listed) number() int { return number(l.ID) }

// merge combines all lists into one list of channels.
func merge(inputs, proxies, status, tracks, streams []listed) []Channel {
	found := map[int]Channel{}
	add := func(c Channel) {
		if c.Number < 1 || c.Number > maxChannels {
			return
		}
		if old, ok := found[c.Number]; ok && (old.Name != "" || c.Name == "") {
			return
		}
		found[c.Number] = c
	}
	for _, l := range inputs {
		// Such an analog input has nothing plugged in.
		silent := strings.EqualFold(strings.TrimSpace(l.Enabled), "false") || strings.EqualFold(strings.Join(strings.Fields(l.Resolution), " "), "NO VIDEO")
		add(Channel{Number: l.number(), Name: CleanText(l.Name, maxName), Offline: silent})
	}
	online := map[string]string{}
	for _, l := range status {
		online[l.ID] = strings.ToLower(strings.TrimSpace(l.Online))
	}
	recorded := trackChannels(tracks)
	shift := hybridShift(inputs, proxies, recorded)
	for _, l := range proxies {
		add(Channel{Number: l.number() + shift, Name: CleanText(l.Name, maxName), Offline: online[l.ID] == "false"})
	}
	known := len(found) > 0
	for _, n := range recorded {
		// A track without an input is a camera that was removed.
		add(Channel{Number: n, Offline: known})
	}
	for _, l := range streams {
		if n := l.number(); n >= 100 {
			add(Channel{Number: n / 100, Name: CleanText(l.Channel, maxName)})
		}
	}
	return slices.SortedFunc(maps.Values(found), func(a, b Channel) int { return a.Number - b.Number })
}

// trackChannels returns the channels that have tracks. Only the id and the
// source of a track are reliable: KQ-type NVRs (DS-7616NXI V4.84) repeat the id
// as Channel and call tracks disabled that do record.
func trackChannels(tracks []listed) []int {
	seen := map[int]bool{}
	for _, l := range tracks {
		n := l.number() / 100
		if l.number() < 100 {
			n = -1
			if source, err := strconv.Atoi(strings.TrimSpace(l.Source)); err == nil {
				n = source
			}
		}
		if n > 0 {
			seen[n] = true
		}
	}
	return slices.Sorted(maps.Keys(seen))
}

// hybridShift returns what to add to the ids of IP channels on a DVR that
// numbers them from 1 again, although their track numbers continue after the
// analog inputs.
func hybridShift(inputs, proxies []listed, recorded []int) int {
	top := 0
	for _, l := range inputs {
		top = max(top, l.number())
	}
	clash := slices.ContainsFunc(proxies, func(p listed) bool {
		return slices.ContainsFunc(inputs, func(i listed) bool { return i.number() == p.number() })
	})
	if !clash {
		return 0
	}
	for _, l := range proxies {
		if len(recorded) > 0 && !slices.Contains(recorded, l.number()+top) {
			return 0
		}
	}
	return top
}
