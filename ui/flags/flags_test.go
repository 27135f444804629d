package flags

import (
	"strings"
	"testing"
	"time"

	"github.com/spf13/pflag"

	"example.com/hikgrab/nvr"
	"example.com/hikgrab/tasks"
	"example.com/hikgrab/tasks/archive"
	"example.com/hikgrab/tasks/derive"
)

// parse returns the flags parsed from a command line.
func parse(t *testing.T, args ...string) (*Flags, *pflag.FlagSet) {
	t.Helper()
	f, set := &Flags{}, pflag.NewFlagSet("hikgrab", pflag.ContinueOnError)
	f.Register(set)
	if err := set.Parse(args); err != nil {
		t.Fatal(err)
	}
	return f, set
}

func TestDefaults(t *testing.T) {
	f, _ := parse(t)
	o, err := f.Options()
	if err != nil {
		t.Fatal(err)
	}
	if f.Out != "recordings" || o.Jobs != 8 || o.PerRecorder != tasks.AutoPerRecorder || o.Retries != 5 || o.Timeout != 30*time.Second {
		t.Errorf("out %q, %+v", f.Out, o)
	}
	if !o.Period.IsZero() || o.Limit.Usual != 0 || o.Limit.Windows != nil || o.Insecure || o.OnlyFailed {
		t.Errorf("something is limited that nobody limited: %+v", o)
	}
}

func TestOptions(t *testing.T) {
	f, _ := parse(t, "-o", "x", "-j", "3", "--per-recorder", "1", "--retries", "9", "--timeout", "5s", "--limit", "20M",
		"--from", "2026-11-03 08:00", "--to", "2026-11-03", "--format", "both", "--audio", "drop", "--only", "failed", "--insecure")
	o, err := f.Options()
	if err != nil {
		t.Fatal(err)
	}
	if o.Jobs != 3 || o.PerRecorder != 1 || o.Retries != 9 || o.Timeout != 5*time.Second || o.Limit.Usual != 20<<20 ||
		o.Format != archive.Both || !o.DropAudio || !o.OnlyFailed || !o.Insecure || f.Out != "x" {
		t.Errorf("%+v", o)
	}
	from, to, err := o.Period.Resolve(time.Date(2030, 1, 1, 0, 0, 0, 0, time.UTC))
	if err != nil || from.Hour() != 8 || to.Format(time.DateTime) != "2026-11-03 23:59:59" {
		t.Errorf("from %s to %s, %v", from, to, err)
	}
}

// A proxy is used only when the operator names one: otherwise whoever sets the
// variables that other programs read would see the digests of all logins.
func TestProxy(t *testing.T) {
	for _, name := range []string{"HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"} {
		t.Setenv(name, "http://127.0.0.1:1")
	}
	f, _ := parse(t)
	if o, err := f.Options(); err != nil || o.Dial != nil || f.ProxyAddress() != "" {
		t.Errorf("a proxy of the environment is used: %q, %v", f.ProxyAddress(), err)
	}
	f, _ = parse(t, "--proxy", "socks5://127.0.0.1")
	if o, err := f.Options(); err != nil || o.Dial == nil || f.ProxyAddress() != "socks5://127.0.0.1:1080" {
		t.Errorf("the proxy is %q, %v", f.ProxyAddress(), err)
	}
}

func TestLastAndKind(t *testing.T) {
	f, set := parse(t, "--last", "2d", "--kind", "alarm,motion")
	o, err := f.Options()
	if err != nil || o.Period.Last != 48*time.Hour || o.Kinds != "alarm,motion" {
		t.Errorf("%+v, %v", o, err)
	}
	again := strings.Join(Again(set, o.Period, nil, "tasks.xlsx"), " ")
	if again != "--kind alarm,motion tasks.xlsx" {
		t.Errorf("again: %s", again)
	}
	if err := set.Parse([]string{"--last", "soon"}); err == nil || !strings.Contains(err.Error(), "type a duration such as 90m, 6h, 2d or 1w") {
		t.Error(err)
	}
}

func TestExtras(t *testing.T) {
	f, _ := parse(t, "--join", "--cut", "--frames", "10f", "--layout", "{name}/{camera}/{start}", "--format", "both")
	o, err := f.Options()
	if err != nil || !o.Cut || !o.Derivations.Join || o.Derivations.Every != (derive.Every{Frames: 10}) {
		t.Errorf("%+v, %v", o, err)
	}
	if l, err := f.Layout(); err != nil || l.String() != "{name}/{camera}/{start}" {
		t.Errorf("%v, %v", l, err)
	}
	plain, _ := parse(t)
	if o, err = plain.Options(); err != nil || o.Cut || o.Derivations != (tasks.Derivations{}) {
		t.Errorf("without being asked: %+v, %v", o, err)
	}
	if l, err := plain.Layout(); err != nil || l.String() != archive.DefaultLayout {
		t.Errorf("the usual layout is %v, %v", l, err)
	}
}

func TestFaultsNameTheFlag(t *testing.T) {
	tests := map[string]string{
		"--out=":                            "--out",
		"--jobs=0":                          "--jobs 0",
		"--proxy=10.0.0.1:1080":             "--proxy: use socks5://",
		"--per-recorder=-1":                 "--per-recorder -1",
		"--per-recorder=many":               "type a number, or auto",
		"--retries=0":                       "--retries 0",
		"--timeout=10ms":                    "--timeout 10ms",
		"--limit=much":                      "--limit",
		"--format=avi":                      "--format avi",
		"--audio=loud":                      "--audio loud",
		"--stream=third":                    "--stream",
		"--kind=hunter2":                    "--kind: type kinds of recordings",
		"--only=new":                        "--only new",
		"--plain --json":                    "--json",
		"--from=tomorrow":                   "--from",
		"--to=2026-13-01":                   "--to",
		"--from=2026-11-03 --to=2026-11-01": "ends before it starts",
		"--days=2 --last=6h":                "choose only one of",
		"--yesterday --all":                 "choose only one of",
		"--from=2026-11-03 --days=2":        "choose only one of",
		"--days=-1":                         "future",
		"--layout=../x":                     "--layout",
		"--layout={start}":                  "--layout",
		"--frames=often":                    "--frames",
		"--join --format=raw":               "--join works on MP4s",
		"--cut --format=raw":                "--cut works on MP4s",
		"--from=2026-11-03T08:00 --to=2026-11-02Z": "--to",
	}
	for line, want := range tests {
		f, _ := parse(t, strings.Fields(line)...)
		if _, err := f.Options(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s gives %v, want %q in it", line, err, want)
		}
	}
}

func TestApplyLeavesRowsThatNameAStream(t *testing.T) {
	f, _ := parse(t, "--stream", "sub")
	list := []tasks.Task{{}, {Stream: nvr.Photo}}
	if err := f.Apply(list); err != nil || list[0].Stream != nvr.Sub || list[1].Stream != nvr.Photo {
		t.Errorf("%v, %v, %v", list[0].Stream, list[1].Stream, err)
	}
}

func TestAgain(t *testing.T) {
	today := nvr.WallTime(time.Now()).Format(time.DateOnly)
	own := tasks.Task{Period: tasks.Period{All: true}}
	tests := []struct {
		args string
		task tasks.Task
		path string
		want string
	}{
		{"", tasks.Task{}, "t.xlsx", "--from|" + today + "|--to|" + today + "|t.xlsx"},
		{"", own, "t.xlsx", "t.xlsx"},
		{"--all", tasks.Task{}, "t.xlsx", "--all|t.xlsx"},
		{"-j 3 --only failed --plain", own, "t.xlsx", "--jobs|3|--plain|t.xlsx"},
		{"--plain=false", own, "t.xlsx", "--plain=false|t.xlsx"},
		{"--from 2026-11-03", own, "-odd.xlsx", "--|-odd.xlsx"},
	}
	for _, tt := range tests {
		f, set := parse(t, strings.Fields(tt.args)...)
		o, err := f.Options()
		if err != nil {
			t.Fatal(err)
		}
		got := strings.Join(Again(set, o.Period, []tasks.Task{tt.task}, tt.path), "|")
		if got != tt.want {
			t.Errorf("%s: %s, want %s", tt.args, got, tt.want)
		}
	}
}

func TestSpelledPeriodsMeanTheSameTomorrow(t *testing.T) {
	now := time.Date(2026, 11, 3, 18, 42, 8, 0, time.UTC)
	tests := map[string]struct {
		period tasks.Period
		want   string
	}{
		"today":     {tasks.Period{}, "--from|2026-11-03|--to|2026-11-03"},
		"yesterday": {tasks.Period{Yesterday: true}, "--from|2026-11-02|--to|2026-11-02"},
		"days":      {tasks.Period{Days: 3}, "--from|2026-11-01|--to|2026-11-03"},
		"last":      {tasks.Period{Last: 6 * time.Hour}, "--from|2026-11-03 12:42:08|--to|2026-11-03 18:42:08"},
		"all":       {tasks.Period{All: true}, "--all"},
	}
	for name, tt := range tests {
		flags := spelled(tt.period, now)
		if got := strings.Join(flags, "|"); got != tt.want {
			t.Errorf("%s: %s, want %s", name, got, tt.want)
		}
		f, _ := parse(t, flags...)
		p, err := f.period(now.AddDate(0, 0, 1))
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
		from, to, _ := tt.period.Resolve(now)
		again, until, err := p.Resolve(now.AddDate(0, 0, 1))
		if err != nil || !tt.period.All && (!again.Equal(from) || !until.Equal(to)) {
			t.Errorf("%s: tomorrow it means %s to %s (%v), today %s to %s", name, again, until, err, from, to)
		}
	}
}
