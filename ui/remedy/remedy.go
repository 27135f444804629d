// Package remedy says what an operator can do about a failure, in one table of
// sentences for all output. The packages below know only what kind of action
// helps; this package knows the key, flag or column of the sheet for it.
//
// It is not for saying what happened: the failure itself does.
package remedy

import (
	"example.com/hikgrab/nvr"
	"example.com/hikgrab/tasks"
	"example.com/hikgrab/tasks/archive"
	"example.com/hikgrab/tasks/fleet/collect"
)

// advice words one remedy: an imperative sentence in lower case, and additions
// to it.
type advice struct {
	do    string // for every reader
	key   string // added where keys can be pressed
	flags string // added where the flags of a run can be changed
}

// Parts shared by many sentences. The key r rereads only logins from the sheet;
// for the rest hikgrab has to be restarted.
const (
	pressR  = ", then press r"
	again   = ", then start hikgrab again"
	restart = ", then quit and start hikgrab again"
	goesOn  = "; downloads then resume by themselves"
	orOut   = ", or choose another directory with --out"
)

var table = map[nvr.Remedy]advice{
	nvr.CheckLogin:       {"correct user and password in the sheet", pressR, again},
	nvr.InsistOnLogin:    {"make sure that user and password in the sheet are right, because one more wrong login locks the account", pressR, again},
	nvr.WaitForUnlock:    {"wait until the lock ends and check user and password in the sheet", pressR, again},
	nvr.GrantPlayback:    {"give this user the right to remote playback on the recorder, or use another user", pressR, again},
	nvr.AskLess:          {"if it stays busy, end other playbacks and exports on this recorder", "", ", or ask for less at once with --per-recorder 1"},
	nvr.FetchSooner:      {"it cannot be recovered; fetch recordings before the recorder overwrites them", "", ""},
	nvr.CheckAddress:     {"check that the recorder is switched on, the network to it, and its address in the sheet", "", ""},
	nvr.WaitLonger:       {"if it keeps happening, check the network to the recorder", "", ", or wait longer with --timeout"},
	nvr.CheckNetwork:     {"if it keeps happening, check the network to the recorder", "", ""},
	nvr.CheckStorage:     {"if it keeps happening, check the network to the recorder, then the recorder's disk", "", ""},
	nvr.CheckOwnDisk:     {"check that the device has a working disk or card; a camera that records to a recorder keeps nothing itself: ask that recorder", "", ""},
	nvr.CheckDevice:      {"check that a Hikvision recorder answers at this address; the log file has what it said", "", ""},
	nvr.CheckPort:        {"check the port in the sheet; if it is the recorder's HTTPS port, put https:// in front of the address", restart, ""},
	nvr.UseHTTPS:         {"put https:// in front of the address in the sheet", restart, again},
	nvr.UseHTTP:          {"write the recorder's HTTPS port behind its address in the sheet, or http:// instead of https:// if nobody else can listen on the network", restart, again},
	nvr.UseNewAddress:    {"if it is this recorder, write that address in the sheet, https:// included", restart, again},
	nvr.TrustThis:        {"if this is your recorder, put #sha256:… with the value above behind its https address in the sheet", restart, "; --insecure accepts any certificate, including an attacker's"},
	nvr.TrustNew:         {"find out why it changed; if the change is intended, put the new value behind #sha256: in the sheet", restart, again},
	nvr.AllowOldTLS:      {"if the recorder is too old for TLS 1.2, allow older versions for it: put #legacy behind its https address in the sheet", restart, again},
	nvr.CheckTLS:         {"check the recorder's certificate and its HTTPS settings; without https:// anyone on the network can listen", restart, ", and with --insecure anyone can pose as the recorder"},
	nvr.UseWebPort:       {"write the port of the recorder's web pages in the sheet: usually none (80), or https:// in front (443)", restart, again},
	nvr.SwitchISAPIOn:    {"switch ISAPI on at the recorder, under Network, Advanced, Integration Protocol", pressR, again},
	nvr.AllowBasic:       {"write its address in the sheet with https:// if it speaks that, or with http+basic:// if nobody else can listen on the network", restart, again},
	nvr.AllowWeaker:      {"ask who changed the recorder's web authentication; only if somebody did, write http+md5:// or http+basic:// in front of its address in the sheet", restart, again},
	nvr.UseDigest:        {"set \"WEB Authentication\" on the recorder to digest", pressR, again},
	nvr.NameChannels:     {"name the channels in the sheet's cameras column, such as 1-4", restart, again},
	nvr.SearchByUTC:      {"to make it certain, write utc in the sheet's clock column", "", ""},
	nvr.SearchByLocal:    {"to make it certain, write local in the sheet's clock column", "", ""},
	nvr.PlayOnRecorder:   {"if this keeps happening, play the recording on the recorder itself: if that fails too, it is damaged there", "", ""},
	nvr.SearchOnRecorder: {"look at this camera's recordings on the recorder itself: if that fails too, check its disk and restart it", pressR, ""},
	nvr.UseVendorProgram: {"export the recordings with the vendor's own program, or at the device", "", ""},
	nvr.RestartRecorder:  {"if it keeps happening, restart the recorder; the log file has what it said", "", ""},
	nvr.SeeLog:           {"the log file has the details", "; r tries again", ""},

	tasks.CorrectPeriod: {"correct from and to in the sheet", restart, ", or --from and --to"},
	tasks.NameNetwork:   {"give the machines at that site a network of their own, and name it in the sheet's network column", restart, ": hikgrab work --network NAME"},
	tasks.CopyNames:     {"copy the names from there into the sheet's cameras column", restart, again},
	tasks.ReportFault:   {"this is a fault of hikgrab; the log file has the details", "; r tries again", ""},

	collect.StartMachine: {"start \"hikgrab work\" there", "; it comes by itself then", ", then collect again"},
	collect.VerifyThere:  {"run \"hikgrab verify\" there; what is damaged it can fetch again", pressR, ""},

	archive.FreeSpace:       {"free some space there", goesOn, ", or choose a directory on another volume with --out"},
	archive.AllowWriting:    {"give your user the right to write there", goesOn, orOut},
	archive.MountWritable:   {"mount the volume writable", goesOn, orOut},
	archive.ReconnectVolume: {"connect the volume, or put the directory back, and start again; what is done is not fetched twice", "", ""},
	archive.MoveAway:        {"see what is there and move it away", pressR, orOut},
	archive.StopOther:       {"wait until the other one has finished, or stop it", "", orOut},
	archive.LargerFiles:     {"use a volume with exFAT, NTFS, APFS or ext4; what is done here can be moved there", "", ""},
	archive.NewerVersion:    {"use the newer hikgrab that wrote it", "", orOut},
	archive.CheckVolume:     {"check that the disk is healthy and connected", "; the log file has the details", "; the log in .hikgrab has the details"},
}

// Screen returns the sentence for a screen with keys; empty if nothing can be
// done.
func Screen(r nvr.Remedy) string { return table[r].do + table[r].key }

// Run returns the sentence for a run without keys, whose flags can be changed
// for the next run.
func Run(r nvr.Remedy) string { return table[r].do + table[r].flags }

// Plain returns the sentence without keys and flags, for commands and files
// without them.
func Plain(r nvr.Remedy) string { return table[r].do }
