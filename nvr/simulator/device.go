package simulator

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

func (rec *Recorder) deviceInfo(*request) *reply {
	c := rec.config
	inner := element("deviceName", c.Name) +
		element("deviceID", "48fbbb2f-0000-0000-0000-"+fmt.Sprintf("%012x", checksum(c.Serial)&(1<<48-1))) +
		element("model", c.Model) +
		element("serialNumber", c.Serial) +
		element("macAddress", rec.mac()) +
		element("firmwareVersion", c.Firmware) +
		element("firmwareReleasedDate", "build 220826") +
		element("encoderVersion", "V5.0") +
		element("encoderReleasedDate", "build 220701")
	if !rec.quirks.NoDeviceType {
		inner += element("deviceType", c.Kind.deviceType())
	}
	inner += element("telecontrolID", 255)
	return rec.answer("DeviceInfo", "", inner)
}

// storage reports the disks.
func (rec *Recorder) storage(r *request) *reply {
	if len(rec.config.Disks) == 0 {
		return refuse(r, "notSupport", "")
	}
	var list strings.Builder
	for i, d := range rec.config.Disks {
		list.WriteString("<hdd>\n" + element("id", i+1) + element("hddName", "hdd"+string(rune('a'+i))) + element("hddType", "SATA") +
			element("status", cmp.Or(d.Status, "ok")) + element("capacity", d.Capacity>>20) + element("freeSpace", d.Free>>20) +
			element("property", "RW") + "</hdd>\n")
	}
	return rec.answer("storage", "", "<hddList>\n"+list.String()+"</hddList>\n"+element("workMode", "quota"))
}

// mac returns an address derived from the serial number.
func (rec *Recorder) mac() string {
	n := checksum(rec.config.Serial)
	return fmt.Sprintf("24:0f:9b:%02x:%02x:%02x", byte(n), byte(n>>8), byte(n>>16))
}

// proxies returns the IP channels of a recorder.
func (rec *Recorder) proxies() []Channel {
	return slices.DeleteFunc(slices.Clone(rec.config.Channels), func(ch Channel) bool { return ch.Analog })
}

// slots returns how many IP channels the recorder can have.
func (rec *Recorder) slots() int {
	for _, n := range []int{4, 8, 16, 32, 64} {
		if len(rec.proxies()) <= n {
			return n
		}
	}
	return max(128, len(rec.proxies()))
}

func (rec *Recorder) capabilities(*request) *reply {
	var racm, tries string
	inputs := 0 // BNC inputs
	if rec.config.Kind != Camera {
		racm = element("inputProxyNums", rec.slots())
		inputs = len(rec.config.Channels) - len(rec.proxies())
	}
	if n := rec.config.Auth.LockAfter; n > 0 {
		tries = fmt.Sprintf("<maxIllegalLoginTimes min=\"3\" max=\"20\" def=\"7\">%d</maxIllegalLoginTimes>\n", n)
	}
	subStreams := slices.ContainsFunc(rec.config.Channels, func(ch Channel) bool { return ch.SubRecordings != nil })
	inner := "<SysCap>\n" + element("isSupportDst", true) +
		"<VideoCap>\n" + element("videoInputPortNums", inputs) + element("videoOutputPortNums", 2) + "</VideoCap>\n</SysCap>\n" +
		"<SecurityCap>\n" + element("supportUserNums", 32) + element("userBondIpNums", 32) +
		element("issupIllegalLoginLock", true) + element("isSupportUserCheck", true) + tries +
		fmt.Sprintf("<maxIllegalLoginLockTime min=\"1\" max=\"120\" def=\"30\">%d</maxIllegalLoginLockTime>\n",
			int(rec.config.Auth.LockFor.Minutes())) +
		"</SecurityCap>\n" +
		"<RacmCap>\n" + racm + element("isSupportMainAndSubRecord", subStreams) +
		"<recordSearchType opt=\"time,motion,alarm\"></recordSearchType>\n</RacmCap>\n" +
		element("isSupportPlaybackByUTC", false)
	return rec.answer("DeviceCap", "", inner)
}

func (rec *Recorder) time(*request) *reply {
	wall := rec.WallClock()
	local := wall.Format("2006-01-02T15:04:05") + rec.zone.suffix(wall, rec.quirks.StandardSuffix)
	if rec.quirks.NoOffset {
		local = wall.Format("2006-01-02 15:04:05")
	}
	inner := element("timeMode", "manual") + element("localTime", local)
	if !rec.quirks.NoTimeZone {
		inner += element("timeZone", rec.zone.text)
	}
	return rec.answer("Time", "", inner)
}

func (rec *Recorder) userCheck(*request) *reply {
	return rec.answer("userCheck", "", element("statusValue", 200)+element("statusString", "OK")+
		element("isDefaultPassword", false)+element("isActivated", true)+
		element("lockStatus", "unlock")+element("unlockTime", 0)+rec.config.Auth.triesLeft("retryLoginTime", 0))
}

// listing answers with a list, unless the device refuses it. items writes what
// is in it.
func (rec *Recorder) listing(r *request, refused bool, root, attributes string, items func(*strings.Builder)) *reply {
	switch {
	case rec.quirks.RefuseDiscovery:
		return refuse(r, "invalidOperation", "")
	case refused:
		return refuse(r, "notSupport", "")
	}
	var b strings.Builder
	items(&b)
	return rec.answer(root, attributes, b.String())
}

func (rec *Recorder) inputProxy(r *request) *reply {
	// The size attribute is the number of free slots in all public answers of
	// recorders (e.g. 10 channels on a DS-7616NXI: size 6).
	size := fmt.Sprintf(" size=\"%d\"", rec.slots()-len(rec.proxies()))
	return rec.listing(r, rec.config.Kind == Camera, "InputProxyChannelList", size, func(b *strings.Builder) {
		for _, ch := range rec.proxies() {
			b.WriteString("<InputProxyChannel version=\"1.0\" xmlns=\"http://www.hikvision.com/ver20/XMLSchema\">\n" +
				element("id", ch.Number) + element("name", ch.Name) +
				"<sourceInputPortDescriptor>\n" + element("proxyProtocol", "HIKVISION") +
				element("addressingFormatType", "ipaddress") +
				element("ipAddress", fmt.Sprintf("192.168.254.%d", 1+ch.Number%250)) +
				element("managePortNo", 8000) + element("srcInputPort", 1) + element("userName", "admin") +
				element("streamType", "auto") + element("model", "DS-2CD2143G0-I") +
				element("serialNumber", fmt.Sprintf("DS-2CD2143G0-I20200101AAWR%09d", checksum(rec.config.Serial, ch.Number)%1e9)) +
				element("firmwareVersion", "V5.7.3") + "</sourceInputPortDescriptor>\n" +
				element("enableAnr", false) + "</InputProxyChannel>\n")
		}
	})
}

func (rec *Recorder) inputProxyStatus(r *request) *reply {
	return rec.listing(r, rec.config.Kind == Camera, "InputProxyChannelStatusList", "", func(b *strings.Builder) {
		for _, ch := range rec.proxies() {
			result := "connect"
			if ch.Offline {
				result = "netUnreachable"
			}
			b.WriteString("<InputProxyChannelStatus version=\"1.0\">\n" + element("id", ch.Number) +
				"<sourceInputPortDescriptor>\n" + element("proxyProtocol", "HIKVISION") + "</sourceInputPortDescriptor>\n")
			if !rec.quirks.NoOnlineState {
				b.WriteString(element("online", !ch.Offline))
			}
			b.WriteString("<streamingProxyChannelIdList>\n" + element("streamingProxyChannelId", ch.Number*100+1) +
				"</streamingProxyChannelIdList>\n" + element("chanDetectResult", result) + "</InputProxyChannelStatus>\n")
		}
	})
}

func (rec *Recorder) videoInputs(r *request) *reply {
	return rec.listing(r, rec.config.Kind == NVR, "VideoInputChannelList", "", func(b *strings.Builder) {
		for _, ch := range rec.config.Channels {
			if rec.config.Kind == DVR && !ch.Analog {
				continue
			}
			resolution := "1920*1080P25"
			if ch.NoVideo {
				resolution = "NO VIDEO"
			}
			b.WriteString("<VideoInputChannel version=\"1.0\" xmlns=\"http://www.hikvision.com/ver20/XMLSchema\">\n" +
				element("id", ch.Number) + element("inputPort", ch.Number) + element("videoInputEnabled", true) +
				element("name", ch.Name) + element("videoFormat", "PAL") + element("resDesc", resolution) + "</VideoInputChannel>\n")
		}
	})
}

func (rec *Recorder) streamingChannels(r *request) *reply {
	return rec.listing(r, false, "StreamingChannelList", "", func(b *strings.Builder) {
		for _, ch := range rec.config.Channels {
			for stream := 1; stream <= 2; stream++ {
				codec := "H.264"
				if ch.Codec == H265 {
					codec = "H.265"
				}
				b.WriteString("<StreamingChannel version=\"1.0\">\n" + element("id", ch.Number*100+stream) +
					element("channelName", ch.Name) + element("enabled", true) +
					"<Video>\n" + element("enabled", true) + element("videoInputChannelID", ch.Number) +
					element("videoCodecType", codec) + element("videoResolutionWidth", clipWidth) +
					element("videoResolutionHeight", clipHeight) + element("maxFrameRate", 2500) + "</Video>\n" +
					"<Audio>\n" + element("enabled", ch.Audio) + element("audioCompressionType", "G.711alaw") + "</Audio>\n" +
					"</StreamingChannel>\n")
			}
		}
	})
}

func (rec *Recorder) trackList(r *request) *reply {
	return rec.listing(r, false, "TrackList", "", func(b *strings.Builder) {
		for _, number := range rec.order {
			t := rec.tracks[number]
			// A DS-7616NXI-K2 repeats the track number in Channel, and has Enable false
			// on tracks that do record.
			b.WriteString("<Track>\n" + element("id", number) + element("Channel", number) + element("Enable", false) +
				element("Description", fmt.Sprintf("trackType=standard,sourceTag=%s,contentType=video,codecType=H.264,framerate=2.08", t.channel.Name)) +
				element("TrackGUID", fmt.Sprintf("{00000000-0000-0000-0000-%012d}", number)) +
				element("Duration", "P0DT0H") + element("DefaultRecordingMode", "CMR") +
				"<SrcDescriptor>\n" + element("SrcGUID", "00000000-0000-0000-0000-000000000000") +
				element("SrcChannel", t.channel.Number) + element("StreamHint", "video") +
				element("SrcDriver", "RTSP") + element("SrcType", "mpeg4") +
				element("SrcUrl", fmt.Sprintf("rtsp://localhost/Streaming/channels/%d", number)) +
				"</SrcDescriptor>\n</Track>\n")
		}
	})
}
