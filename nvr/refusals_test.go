package nvr_test

import (
	"context"
	"testing"
	"time"

	"example.com/hikgrab/nvr"
	"example.com/hikgrab/nvr/simulator"
)

// refusals says, for every device that does not give what is asked of it, which
// step fails and how.
var refusals = map[string]struct {
	step func(context.Context, *nvr.Recorder) error
	kind nvr.Kind
}{
	"refuses-discovery":  {listChannels, nvr.Protocol},
	"no-right":           {searchDay, nvr.Forbidden},
	"no-right-401":       {searchDay, nvr.Forbidden},
	"no-storage":         {searchDay, nvr.Protocol},
	"needs-reboot":       {downloadFirst, nvr.Busy},
	"unsettled":          {downloadFirst, nvr.Short},
	"gone-400":           {downloadFirst, nvr.Protocol}, // the third time it is gone
	"gone-404":           {downloadFirst, nvr.Gone},
	"gone-empty":         {downloadFirst, nvr.Short}, // a search still lists it
	"redirects-to-https": {listChannels, nvr.Protocol},
	"first-search-fails": {searchDay, nvr.Protocol},
	"answers-html":       {downloadFirst, nvr.Protocol},

	"no-download":           {downloadFirst, nvr.Protocol},
	"no-download-404":       {downloadFirst, nvr.Protocol},
	"search-errors":         {searchTwice, nvr.KindUnknown},
	"early-range":           {searchEarly, nvr.KindUnknown},
	"many-matches":          {searchDay, nvr.KindUnknown},
	"sick-recording":        {downloadFirst, nvr.Busy},
	"sick-recording-error":  {downloadFirst, nvr.Busy},
	"sick-recording-500":    {downloadFirst, nvr.Busy},
	"sick-recording-silent": {downloadFirst, nvr.Timeout},
	"sick-track":            {searchDay, nvr.Busy},
	"bare-503":              {searchDay, nvr.Busy},
	"spurious-search":       {searchDay, nvr.KindUnknown}, // asked again, it works
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

// TestQuirksThatRefuse walks every device from which something cannot be had.
func TestQuirksThatRefuse(t *testing.T) {
	for _, known := range simulator.Refusals() {
		t.Run(known.Name, func(t *testing.T) {
			t.Log(known.Text, "Seen:", known.Seen)
			want, ok := refusals[known.Name]
			if !ok {
				t.Fatal("nobody has said what this device gives")
			}
			bubble(t, func(t *testing.T) {
				c := simulator.Config{Channels: channels(1)}
				known.Apply(&c)
				if known.Name == "unsettled" {
					c.Now = func() (now time.Time) { return day.Add(90 * time.Minute) }
				}
				device, client := plug(t, c)
				err := want.step(t.Context(), client)
				if want.kind != nvr.KindUnknown {
					checkKind(t, err, want.kind)
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
