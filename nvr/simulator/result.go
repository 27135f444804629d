package simulator

import (
	"cmp"
	"fmt"
	"strings"
	"time"
)

// result returns a CMSearchResult.
func (rec *Recorder) result(r *request, q *searchRequest, all, shown []item, more bool) *reply {
	k := rec.quirks
	status := "OK"
	switch {
	case len(all) == 0 && !k.EmptyListOK:
		status = "NO MATCHES"
	case more, k.EmptyMore && len(all) > 0:
		status = "MORE"
	}
	id := q.id
	if k.LowercaseSession {
		id = "{" + strings.ToLower(strings.Trim(id, "{}")) + "}"
	}
	count := len(shown)
	if k.TotalMatches {
		count = len(all)
	}
	inner := element("searchID", id) + element("responseStatus", true)
	if !k.NoStatus {
		inner += element(cmp.Or(k.StatusTag, "responseStatusStrg"), status)
	}
	inner += element("numOfMatches", count)
	if k.TotalElement {
		inner += element("totalMatches", len(all))
	}
	if status != "NO MATCHES" {
		var b strings.Builder
		for _, it := range shown {
			b.WriteString(rec.match(r, it.track, it))
		}
		if k.ForeignItems && len(shown) > 0 {
			b.WriteString(rec.match(r, shown[0].track+100, shown[0]))
		}
		inner += "<matchList>\n" + b.String() + "</matchList>\n"
	}
	return rec.answer("CMSearchResult", "", inner)
}

// match returns one searchMatchItem.
func (rec *Recorder) match(r *request, track int, it item) string {
	contentType, codec := "video", "H.264-BP"
	t := rec.tracks[it.track]
	switch {
	case t.photos:
		contentType, codec = "picture", "jpeg"
	case t.channel.Codec == H265:
		codec = "H.265-MP"
	}
	name := element("name", it.rec.Name)
	if rec.quirks.NoName {
		name = ""
	}
	text := "<searchMatchItem>\n" + element("sourceID", "{0000000000-0000-0000-0000-000000000000}") +
		element("trackID", track) +
		"<timeSpan>\n" + element("startTime", rec.shown(it.rec.Start)) + element("endTime", rec.shown(it.rec.End)) + "</timeSpan>\n" +
		"<mediaSegmentDescriptor>\n" + element("contentType", contentType) + element("codecType", codec) +
		element("rateType", "Vbr") +
		element("playbackURI", rec.uri(r, track, it)) + element("lockStatus", "unlock") + name +
		"</mediaSegmentDescriptor>\n" +
		"<metadataMatches>\n" + element("metadataDescriptor", strings.TrimSuffix("recordType.meta.hikvision.com/"+cmp.Or(it.rec.Kind, "timing"), "/-")) + "</metadataMatches>\n" +
		"</searchMatchItem>\n"
	if rec.quirks.BlankAnswers {
		return blanks.Replace(text)
	}
	return text
}

// blanks adds white space around texts.
var blanks = strings.NewReplacer("ID>", "ID>\n\t ", "Time>", "Time> \n", "</", " \n</")

// shown formats a time as the device does in results.
func (rec *Recorder) shown(wall time.Time) string {
	if rec.quirks.SignlessOffset {
		return wall.Format("2006-01-02T15:04:05") + "00:00"
	}
	if rec.quirks.Offsets {
		return wall.Format("2006-01-02T15:04:05") + rec.zone.suffix(wall, false)
	}
	if rec.utc() {
		wall = rec.zone.utc(wall)
	}
	return wall.Format("2006-01-02T15:04:05Z")
}

// uri returns a playbackURI.
func (rec *Recorder) uri(r *request, track int, it item) string {
	k := rec.quirks
	start, end := it.rec.Start, it.rec.End
	if k.WholeTimes {
		start = start.Truncate(24 * time.Hour)
		end = start.Add(24*time.Hour - time.Second)
	}
	if rec.utc() {
		start, end = rec.zone.utc(start), rec.zone.utc(end)
	}
	slash, line := "/", ""
	if k.URINoSlash {
		slash = ""
	}
	if k.URIBreaks {
		line = "\n      "
	}
	const layout = "20060102T150405Z"
	text := fmt.Sprintf("/Streaming/tracks/%d%s?%sstarttime=%s&%sendtime=%s", track, slash, line, start.Format(layout), line, end.Format(layout))
	switch host := cmp.Or(k.URIHost, r.Host); {
	case k.PhotoURI == PhotoRTSP || !rec.tracks[it.track].photos:
		text = "rtsp://" + host + text
	case k.PhotoURI == PhotoHTTP:
		text = "http://" + host + "/ISAPI" + text
	default:
		text = "/ISAPI" + text
	}
	switch {
	case k.NoName:
		text += fmt.Sprintf("&%ssize=%d", line, it.rec.Size+k.WrongSize)
	case !k.NoSize:
		text += fmt.Sprintf("&%sname=%s&size=%d", line, it.rec.Name, it.rec.Size+k.WrongSize)
	}
	return line + text + line
}
