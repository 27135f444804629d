package nvr_test

import (
	"context"
	"net/http"
	"testing"
	"time"

	"example.com/hikgrab/nvr"
	"example.com/hikgrab/nvr/simulator"
)

// refusals are the habits that prevent some or all downloads at the first try,
// with the step that fails and how.
var refusals = []struct {
	habit
	step func(context.Context, *nvr.Recorder) error
	kind nvr.Kind
}{
	{habit{"refuses-discovery", "Every listing is an Invalid Operation; channels have to be known.", "Internec i7-N39832UHV V3.4.92", quirks(simulator.Quirks{RefuseDiscovery: true})}, listChannels, nvr.Protocol},
	{habit{"no-right", "The user must not play back: 403 lowPrivilege.", "status codes of the vendor's schema", always(simulator.Forbidden, simulator.Search, simulator.Download)}, searchDay, nvr.Forbidden},
	{habit{"no-right-401", "The user must not play back: 401.", "DS-7616NI-K2 (centreon-plugins#3479)", always(simulator.Refusal(http.StatusUnauthorized, "lowPrivilege"), simulator.Search, simulator.Download)}, searchDay, nvr.Forbidden},
	{habit{"no-storage", "There is no disk: Invalid Operation.", "HikLoad#38", always(simulator.Refusal(http.StatusForbidden, "invalidOperation"), simulator.Search)}, searchDay, nvr.Protocol},
	{habit{"needs-reboot", "Every download is 500 until the device is restarted.", "qb60, camera", always(simulator.DeviceError500, simulator.Download)}, downloadFirst, nvr.Busy},
	{habit{"unsettled", "A file fetched right after its end lacks its tail.", "HikLoad#37, iDS-7216HQHI-M2/S", quirks(simulator.Quirks{Unsettled: 24 * time.Hour})}, downloadFirst, nvr.Short},
	{habit{"gone-400", "A file that was overwritten is 400.", "timelapsed, live NVR", failing(simulator.Refusal(http.StatusBadRequest, "badParameters"))}, downloadFirst, nvr.Protocol}, // the third time it is gone
	{habit{"gone-404", "A file that was overwritten is 404.", "timelapsed, live NVR", failing(simulator.Gone404)}, downloadFirst, nvr.Gone},
	{habit{"gone-empty", "A file that was overwritten is an empty answer.", "timelapsed, live NVR", failing(simulator.EmptyBody)}, downloadFirst, nvr.Short}, // a search still lists it
	{habit{"redirects-to-https", "Plain requests are redirected to HTTPS.", "redirectToHttps in hikvision_next fixtures", quirks(simulator.Quirks{RedirectTo: "https://192.0.2.64"})}, listChannels, nvr.Protocol},
	{habit{"first-search-fails", "A search is answered by a ResponseStatus with status 200.", unnamed, firstSearchFails}, searchDay, nvr.Protocol},
	{habit{"spurious-search", "Every second search is a 400 that means nothing.", notReported, quirks(simulator.Quirks{SpuriousSearch: 2})}, searchDay, nvr.KindUnknown}, // the second request works
	{habit{"search-errors", "Every second search is 500 deviceError; the same search works when it is repeated.", "DS-7716NI-I4/16P V4.61.030: about half of all searches", quirks(simulator.Quirks{SearchErrors: 2})}, searchTwice, nvr.KindUnknown},
	{habit{"early-range", "A search that begins before the first recording is 500 deviceError, always.", "DS-7716NI-I4/16P V4.61.030", quirks(simulator.Quirks{IndexFrom: day})}, searchEarly, nvr.KindUnknown},
	{habit{"many-matches", "A search that finds more than two items is 500 deviceError, always.", "DS-7716NI-I4/16P V4.61.030: thousands of items", quirks(simulator.Quirks{MaxMatches: 2})}, searchDay, nvr.KindUnknown},
	{habit{"failing-recording", "One recording is 503 for ever.", "evercam-server#63, evercam-server#475", failing(simulator.Busy(0))}, downloadFirst, nvr.Busy},
	{habit{"failing-recording-error", "One recording is deviceError with status 200 and the PSIA namespace, for ever.", "evercam-server#63, evercam-server#475", failing(simulator.DeviceErrorWith200)}, downloadFirst, nvr.Busy},
	{habit{"failing-recording-500", "One recording is 500 deviceError for ever.", "evercam-server#63, evercam-server#475", failing(simulator.DeviceError500)}, downloadFirst, nvr.Busy},
	{habit{"failing-recording-silent", "Asked for one recording, the device never answers.", "evercam-server#475", failing(simulator.SlowHeaders(time.Hour))}, downloadFirst, nvr.Timeout},
	{habit{"failing-track", "Searches of one track are deviceError for ever.", "evercam-server#63, evercam-server#475", func(c *simulator.Config) {
		for i := range c.Channels {
			c.Channels[i].SearchFault = simulator.DeviceErrorWith200
		}
	}}, searchDay, nvr.Busy},
	{habit{"no-download", "There is no function to download: 403 notSupport, whatever the form.", "ANNKE C1200", always(simulator.NotSupported, simulator.Download)}, downloadFirst, nvr.Protocol},
	{habit{"no-download-404", "There is no function to download: a 404 page, whatever the form.", "G6 firmware", always(simulator.Status(http.StatusNotFound, notFoundPage), simulator.Download)}, downloadFirst, nvr.Protocol},
	{habit{"answers-html", "A download is a web page with status 200.", notReported, always(simulator.HTMLWith200, simulator.Download)}, downloadFirst, nvr.Protocol},
	{habit{"bare-503", "Everything is 503.", notReported, always(simulator.Status(http.StatusServiceUnavailable, ""), simulator.Search)}, searchDay, nvr.Busy},
}

const notFoundPage = "<!DOCTYPE html><html><head><title>Document Error: Not Found</title></head><body></body></html>"

// failing makes every download of the first recording fail.
func failing(f simulator.Fault) func(*simulator.Config) {
	return changeRecording(0, func(r *simulator.Recording) { r.Fault = f })
}

func firstSearchFails(c *simulator.Config) {
	c.Script = map[simulator.Endpoint][]simulator.Fault{simulator.Search: {simulator.XMLWith200}}
}

func listChannels(ctx context.Context, r *nvr.Recorder) error {
	_, err := r.Channels(ctx)
	return err
}

func searchDay(ctx context.Context, r *nvr.Recorder) error {
	_, err := search(ctx, r, 101, day, day.AddDate(0, 0, 1))
	return err
}

func searchTwice(ctx context.Context, r *nvr.Recorder) error {
	if err := searchDay(ctx, r); err != nil {
		return err
	}
	return searchDay(ctx, r)
}

func searchEarly(ctx context.Context, r *nvr.Recorder) error {
	_, err := search(ctx, r, 101, day.AddDate(0, 0, -1), day.AddDate(0, 0, 1))
	return err
}

func downloadFirst(ctx context.Context, r *nvr.Recorder) error {
	for rec, err := range r.Search(ctx, 101, day, day.AddDate(0, 0, 1)) {
		if err == nil {
			_, err = r.Download(ctx, rec, new(memory))
		}
		return err
	}
	return nil
}

// TestQuirksThatRefuse tries every device that refuses something.
func TestQuirksThatRefuse(t *testing.T) {
	for _, known := range refusals {
		t.Run(known.name, func(t *testing.T) {
			t.Log(known)
			bubble(t, func(t *testing.T) {
				c := simulator.Config{Channels: channels(1)}
				known.apply(&c)
				if known.name == "unsettled" {
					c.Now = func() (now time.Time) { return day.Add(90 * time.Minute) }
				}
				device, client := plug(t, c)
				err := known.step(t.Context(), client)
				if known.kind != nvr.KindUnknown {
					checkKind(t, err, known.kind)
				} else if err != nil {
					t.Error(err)
				}
				if s := device.Stats().Auth; s.Refused > 0 {
					t.Errorf("%d logins were refused", s.Refused)
				}
			})
		})
	}
}
