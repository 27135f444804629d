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

// maxName is the width in cells of what a device calls itself or its cameras.
const maxName = 64

// joining is one sign-in, shared by everybody who wants it.
type joining struct {
	done   chan struct{}
	device Device
	zone   zone
	tries  int // bad logins that lock an address out, -1 when it does not say
	err    error
}

// SignIn proves the login and learns what the device is. It asks once however
// many goroutines call it, and answers from memory after a success. A refused
// login is remembered: every later call of any method fails with it at once,
// without a request, until Forgive. A lock that names its end is remembered
// until then.
func (r *Recorder) SignIn(ctx context.Context) (Device, error) {
	j, err := r.join(ctx)
	if err != nil {
		return Device{}, r.fail("sign in", 0, err)
	}
	return j.device, nil
}

// LoginTries returns how many bad logins in a row the recorder takes from here
// before it locks this address out, -1 when it does not say. It signs in first;
// after a refused login, Error.TriesLeft says the same.
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

// join signs in, or waits for whoever is doing it.
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
		// Whoever led was called away; that is no answer for us.
	}
}

// lead does the sign-in that others wait for. A failure is not kept, so the
// next call tries again; what must not be tried again the session remembers.
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

// introduce asks the device who it is, what it can do, and what time it shows.
// Whatever it does not answer stays unknown: OEM units lack any of the three.
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

// notISAPI is the failure of a web server that has none of the documents of a
// recorder and asks for no login either.
func notISAPI(docs []document) *Error {
	for _, d := range docs {
		if d.verdict || strings.Contains(strings.ToLower(d.header.Get("Server")), "webs") {
			return unexpected("the recorder's web server answers there, but not ISAPI: it is switched off", nil).helped(SwitchISAPIOn)
		}
	}
	return unexpected("what answers there is not a Hikvision recorder", nil).helped(CheckDevice)
}

// readTries reads how many bad logins lock an address out. The number is there
// with lock-outs switched off as well.
func readTries(capabilities []byte) int {
	f := fields(capabilities, "issupIllegalLoginLock", "maxIllegalLoginTimes")
	if n := number(f["maxIllegalLoginTimes"]); n > 0 && f["issupIllegalLoginLock"] != "false" {
		return n
	}
	return -1
}

// readDevice reads what a device says of itself.
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

// kindOfDevice decides by what a device can do before what it calls itself:
// OEMs change the words. Only recorders have a capacity for IP channels
// (inputProxyNums); only DVRs have analog inputs beside it, or many of them.
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

// setClock fills in what is known of the device's clock and returns its zone,
// and whether the device itself told it. The moment of a reading is the middle
// between question and answer.
func setClock(d *Device, clock, info document) (z zone, told bool) {
	read := readClock(clock.body)
	at, wall := clock.middle(), read.wall
	if wall.IsZero() {
		// The Date header carries the device's wall clock, labelled GMT.
		source := clock
		if source.header.Get("Date") == "" {
			source = info
		}
		t, err := http.ParseTime(source.header.Get("Date"))
		if err != nil {
			return read.zone, read.zone.known
		}
		at, wall = source.middle(), t.UTC()
	}
	if at.IsZero() {
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
