package simulator

import (
	"fmt"
	"time"
)

// Demo returns three recorders of different sizes, speeds and faults, with
// recordings of the day of now. One drops connections. One is sometimes busy,
// and has a recording and a track that always fail. One has Cyrillic camera
// names and several habits of odd firmware at once. With two downloads from
// each at a time, everything takes about half a minute. Some cameras are
// offline or have no recordings.
func Demo(now time.Time) []Config {
	zone, wall := demoZone(now)
	return []Config{demoLobby(zone, wall), demoGarage(zone, wall), demoWarehouse(zone, wall)}
}

// demoZone returns the local zone, unless its day has only just begun or is
// about to end. Then it returns one where it is late enough for recordings of
// today, and where a slightly fast clock still shows today.
func demoZone(now time.Time) (posix string, wall time.Time) {
	const earliest = 5 // o'clock
	_, seconds := now.Zone()
	offset := time.Duration(seconds) * time.Second
	wall = now.UTC().Add(offset)
	if wall.Hour() == 23 && wall.Minute() >= 45 {
		offset -= time.Hour
		wall = wall.Add(-time.Hour)
	}
	for wall.Hour() < earliest {
		shift := time.Hour
		if offset >= 12*time.Hour {
			shift = -20 * time.Hour
		}
		offset += shift
		wall = wall.Add(shift)
	}
	sign, west := '-', offset
	if offset < 0 {
		sign, west = '+', -offset
	}
	return fmt.Sprintf("CST%c%d:%02d:00", sign, west/time.Hour, west%time.Hour/time.Minute), wall
}

// demoDay returns count recordings of a quarter of an hour each. The last one
// ended well before wall.
func demoDay(wall time.Time, count int, megabytes float64) []Recording {
	const every = 15 * time.Minute
	last := wall.Add(-2 * every).Truncate(every)
	list := Span(last.Add(-time.Duration(count)*every), last, every, int64(megabytes*(1<<20)))
	for i := range list {
		list[i].Size += int64(checksum(list[i].Start, i)%(1<<18)) - 1<<17
	}
	return list
}

// demoFaults lets two downloads succeed before each fault. So few faults cannot
// use up the attempts of a recording, in any order, and a demo ends well.
func demoFaults(faults ...Fault) []Fault {
	var list []Fault
	for _, f := range faults {
		list = append(list, None, None, f)
	}
	return list
}

// demoLobby drops connections.
func demoLobby(zone string, wall time.Time) Config {
	return Config{
		Name: "Lobby", Model: "DS-7604NI-K1", Firmware: "V4.30.085", Password: "lobby-7Kq2", Zone: zone,
		Disks: []Disk{{Capacity: 4 << 40}},
		Rate:  2_500_000, Latency: 20 * time.Millisecond,
		Channels: []Channel{
			{Name: "Entrance", Audio: true, Recordings: demoDay(wall, 6, 6)},
			{Name: "Reception", Audio: true, Recordings: demoDay(wall, 5, 5)},
			{Name: "Lift", Recordings: demoDay(wall, 4, 4)},
			{Name: "Stairs", Offline: true, Recordings: demoDay(wall, 2, 8)},
		},
		Script: map[Endpoint][]Fault{Download: demoFaults(
			DropAfter(900_000), ResetAfter(2_000_000), TruncateChunked(1_500_000), DropAfter(0), StallAfter(1_000_000, 2*time.Second),
		)},
	}
}

// demoGarage is sometimes busy, and part of its disk is damaged.
func demoGarage(zone string, wall time.Time) Config {
	damaged := demoDay(wall, 5, 5)
	damaged[2].Fault = DeviceError500
	return Config{
		Name: "Garage", Model: "DS-7616NI-K2", Firmware: "V4.74.210", Password: "p@ss/word:9", Zone: zone,
		Disks: []Disk{{Capacity: 8 << 40}, {Status: "error", Capacity: 8 << 40}},
		Rate:  4_000_000, Latency: 40 * time.Millisecond,
		Channels: []Channel{
			{Name: "Ramp", Codec: H265, Recordings: demoDay(wall, 4, 12)},
			{Name: "Level 1", Codec: H265, Recordings: demoDay(wall, 5, 6)},
			{Name: "Level 2", Codec: H265, Recordings: damaged},
			{Name: "Gate", Audio: true, Recordings: demoDay(wall, 6, 4)},
			{Name: "Pay station", Audio: true, Recordings: demoDay(wall, 4, 2)},
			{Name: "Roof", Recordings: demoDay(wall, 2, 2), SearchFault: DeviceErrorWith200},
			{Name: "Spare", Offline: true},
		},
		Script: map[Endpoint][]Fault{Download: demoFaults(Busy(2*time.Second), DeviceBusy400, Busy(time.Second))},
	}
}

// demoWarehouse has Cyrillic names and the habits of several odd devices.
func demoWarehouse(zone string, wall time.Time) Config {
	return Config{
		Name: "Склад", Model: "DS-7216HQHI-K2", Firmware: "V4.84.101", Kind: DVR, Password: "склад-2026", Zone: zone,
		Disks: []Disk{{Capacity: 6 << 40, Free: 1 << 40}},
		Rate:  2_200_000, Latency: 60 * time.Millisecond, ClockError: 4 * time.Minute, MaxSearches: 1,
		Channels: []Channel{
			{Number: 1, Name: "Ворота", Analog: true, Recordings: demoDay(wall, 5, 5)},
			{Number: 2, Name: "Погрузка — север", Analog: true, Recordings: demoDay(wall, 5, 6)},
			{Number: 5, Name: "Касса", Codec: H265, Audio: true, Recordings: demoDay(wall, 4, 8)},
		},
		Auth: Auth{Scheme: DigestBoth, NonceUses: 20, Stale: StaleDenied, LockAfter: 3},
		Quirks: Quirks{
			Namespace: ISAPINS, PageCap: 2, EmptyMore: true, RepeatOnNewID: true, URIBreaks: true,
			URIHost: "192.168.1.64:90", Verb: GetOnly, Framing: Chunked, SpuriousEvery: 6, KeepAlive: 9, SilentClose: true,
		},
	}
}
