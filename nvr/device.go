package nvr

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"time"
)

const (
	deviceInfoPath   = "/ISAPI/System/deviceInfo"
	capabilitiesPath = "/ISAPI/System/capabilities"
	timePath         = "/ISAPI/System/time"
	userCheckPath    = "/ISAPI/Security/userCheck"
)

// maxName is the maximum width of device and camera names, in cells.
const maxName = 64

// joining is one sign-in, shared by all its callers.
type joining struct {
	done   chan struct{}
	device Device
	zone   zone
	tries  int // bad logins before a lock-out; -1 if unknown
	err    error
}

// SignIn proves the login and learns what the device is. It signs in once,
// however many goroutines call it, and answers from memory after a success. A
// refused login is remembered: every later call of any method fails at once,
// without a request, until Forgive. A lock with a known end is remembered until
// then.
func (r *Recorder) SignIn(ctx context.Context) (Device, error) {
	j, err := r.join(ctx)
	if err != nil {
		return Device{}, r.fail("sign in", 0, err)
	}
	return j.device, nil
}

// LoginTries returns how many bad logins in a row the recorder accepts from
// here before it locks this address out, or -1 if unknown. It signs in first.
// After a refused login, Error.TriesLeft says the same.
func (r *Recorder) LoginTries(ctx context.Context) (int, error) {
	j, err := r.join(ctx)
	if err != nil {
		return -1, r.fail("sign in", 0, err)
	}
	check, err := r.optional(ctx, userCheckPath)
	if err != nil {
		return -1, r.fail("check the login", 0, err)
	}
	if s, ok := readStatus(check.body); ok && s.triesLeft() > 0 {
		return s.triesLeft(), nil
	}
	return j.tries, nil
}

// join signs in, or waits for the sign-in in progress.
func (r *Recorder) join(ctx context.Context) (*joining, error) {
	for {
		if err := r.session.latched(); err != nil {
			return nil, err
		}
		r.mu.Lock()
		j := r.joined
		leads := j == nil
		if leads {
			j = &joining{done: make(chan struct{})}
			r.joined = j
		}
		r.mu.Unlock()
		if leads {
			r.lead(ctx, j)
			return j, j.err
		}
		select {
		case <-j.done:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
		if !isContextError(j.err) {
			return j, j.err
		}
		// The leader's context ended, which says nothing about the recorder.
	}
}

// lead signs in while others wait. It does not remember a failure, so the next
// call tries again. The session remembers what must not be tried again.
func (r *Recorder) lead(ctx context.Context, j *joining) {
	defer close(j.done)
	j.device, j.zone, j.tries, j.err = r.introduce(ctx)
	if j.err == nil {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.joined == j {
		r.joined = nil
	}
}

func isContextError(err error) bool {
	_, ours := errors.AsType[*Error](err)
	return !ours && (errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded))
}

// introduce asks the device for its identity, its capabilities and its time.
// What it does not answer stays unknown: OEM units lack any of the three.
func (r *Recorder) introduce(ctx context.Context) (Device, zone, int, error) {
	docs, leftOut, err := r.documents(ctx, deviceInfoPath, capabilitiesPath, timePath)
	if err != nil {
		return Device{}, zone{}, -1, r.explain(ctx, err)
	}
	info, caps, clock := docs[0], docs[1], docs[2]
	d := readDevice(info.body, caps.body)
	if d == (Device{}) && readClock(clock.body).wall.IsZero() && !r.session.known().asked {
		return Device{}, zone{}, -1, notISAPI(docs)
	}
	z, told := setClock(&d, clock, info)
	z = r.settle(z, told, d.Serial)
	r.meet(d, z)
	r.log.Info("signed in", "model", d.Model, "firmware", d.Firmware, "kind", d.Kind.String(),
		"zone_known", z.known, "clock_known", d.ClockKnown, "clock_error", d.ClockError, "left_out", leftOut)
	return d, z, readTries(caps.body), nil
}

// notISAPI returns the failure of a web server that has none of a recorder's
// documents and asks for no login.
func notISAPI(docs []document) *Error {
	for _, d := range docs {
		if d.verdict || strings.Contains(strings.ToLower(d.header.Get("Server")), "webs") {
			return unexpected("the recorder's web server answers there, but not ISAPI: it is switched off", nil).withRemedy(SwitchISAPIOn)
		}
	}
	return unexpected("what answers there is not a Hikvision recorder", nil).withRemedy(CheckDevice)
}

// readTries returns how many bad logins lock an address out. The number is
// present even if lock-outs are switched off.
func readTries(capabilities []byte) int {
	f := fields(capabilities, "issupIllegalLoginLock", "maxIllegalLoginTimes")
	if n := number(f["maxIllegalLoginTimes"]); n > 0 && f["issupIllegalLoginLock"] != "false" {
		return n
	}
	return -1
}

// readDevice parses what a device says about itself.
func readDevice(info, capabilities []byte) Device {
	f := fields(info, "deviceName", "model", "serialNumber", "firmwareVersion", "firmwareReleasedDate", "deviceType")
	d := Device{
		Name:     CleanText(f["deviceName"], maxName),
		Model:    CleanText(f["model"], maxName),
		Serial:   CleanText(f["serialNumber"], maxName),
		Firmware: CleanText(strings.TrimSpace(f["firmwareVersion"]+" "+f["firmwareReleasedDate"]), maxName),
	}
	c := fields(capabilities, "inputProxyNums", "videoInputPortNums")
	d.Kind = kindOfDevice(f["deviceType"], d.Model, c)
	return d
}

// kindOfDevice trusts a device's capabilities more than its names, which OEMs
// change. Only recorders have a capacity for IP channels (inputProxyNums). Only
// DVRs have analog inputs as well, or many of them.
func kindOfDevice(deviceType, model string, capabilities map[string]string) DeviceKind {
	proxies, inputs := number(capabilities["inputProxyNums"]), number(capabilities["videoInputPortNums"])
	deviceType, model = strings.ToUpper(deviceType), strings.ToUpper(model)
	switch {
	case proxies > 0 && inputs > 0:
		return DVR
	case proxies > 0:
		return NVR
	case strings.Contains(deviceType, "NVR"):
		return NVR
	case strings.Contains(deviceType, "DVR"), strings.Contains(deviceType, "XVR"), inputs > 1:
		return DVR
	case strings.HasPrefix(deviceType, "IP"), strings.Contains(deviceType, "CAM"), strings.Contains(deviceType, "DOME"):
		return Camera
	case strings.Contains(model, "NVR"), strings.HasPrefix(model, "DS-76"), strings.HasPrefix(model, "DS-77"), strings.HasPrefix(model, "DS-96"):
		return NVR
	case strings.HasPrefix(model, "DS-2"), inputs == 1:
		return Camera
	}
	return UnknownDevice
}

// setClock fills in the device's clock and returns its zone, and whether the
// device itself told it. The time of a reading is the midpoint between request
// and answer.
func setClock(d *Device, clock, info document) (z zone, told bool) {
	read := readClock(clock.body)
	at, wall := clock.middle(), read.wall
	if wall.IsZero() {
		// The Date header carries the device's wall clock, labelled GMT.
		source := clock
		if source.header.Get("Date") == "" {
			source = info
		}
		at = source.middle()
		if t, err := http.ParseTime(source.header.Get("Date")); err == nil {
			wall = t.UTC()
		}
	}
	if at.IsZero() || wall.IsZero() {
		return read.zone, read.zone.known
	}
	d.ClockKnown = true
	d.WallOffset = wall.Sub(at.UTC()).Round(time.Second)
	if read.zone.known {
		d.ZoneKnown = true
		d.ClockError = (d.WallOffset - read.zone.offset(at.UTC())).Round(time.Second)
		return read.zone, true
	}
	return read.guess(d), false
}

func (d document) middle() time.Time {
	if d.came.IsZero() {
		return time.Time{}
	}
	return d.sent.Add(d.came.Sub(d.sent) / 2)
}
