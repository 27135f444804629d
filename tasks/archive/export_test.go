package archive

import (
	"os"
	"time"
)

// What tests from outside need of the inside, and of what tests inside use as well.
var (
	XAt            = at
	XBlockManifest = blockManifest
	XBoxesOf       = boxesOf
)

type XBrokenMovie = brokenMovie

var (
	XClipped       = clipped
	XClosing       = closing
	XCodecName     = codecName
	XCommit        = commit
	XCompactAlways = compactAlways
	XCreate        = create
	XDerive        = derive
	XDerivedPart   = derivedPart
)

const XDerivedRequests = derivedRequests

var (
	XBringer = bringer
	XDeriver = deriver
)

const (
	XBringerDir     = bringerDir
	XBringerFrom    = bringerFrom
	XDeriverDir     = deriverDir
	XDeriverEdition = deriverEdition
)

var (
	XErrFuture     = errFuture
	XErrManyStills = errManyStills
	XErrNeverFits  = errNeverFits
	XErrNoList     = errNoList
	XErrNoRoom     = errNoRoom
	XErrOutgrown   = errOutgrown
	XErrTooLarge   = errTooLarge
	XFootage       = footage
	XForget        = forget
)

type XForgetful = forgetful

var (
	XFramesIn = framesIn
	XFull     = full
)

type XFullFile = fullFile

var (
	XInspect = inspect
	XItem    = item
)

const (
	XJournalName  = journalName
	XJournalSpare = journalSpare
)

var (
	XKillMoments = killMoments
	XLateFootage = lateFootage
	XLeftOver    = leftOver
	XListLine    = listLine
)

const (
	XLockName = lockName
	XLogsKept = logsKept
)

var (
	XLoseDone       = loseDone
	XManifestBytes  = manifestBytes
	XManifestHeader = manifestHeader
)

const XManifestName = manifestName

var (
	XManifestPaths = manifestPaths
	XManifestRows  = manifestRows
	XMorning       = morning
	XMovie         = movie
	XMustDerive    = mustDerive
	XNewError      = newError
	XOne           = one
	XOpen          = open
)

const (
	XOwnDir    = ownDir
	XOwnerName = ownerName
)

type XPartFile = partFile

var (
	XPartOf = partOf
	XParts  = parts
)

const XPartsDir = partsDir

var (
	XPathOf        = pathOf
	XPaused        = paused
	XPlant         = plant
	XPlantManifest = plantManifest
	XProveBoxes    = proveBoxes
	XPut           = put
	XReceipt       = receipt
	XReopen        = reopen
)

const XResult = result

var (
	XRunDeriver  = runDeriver
	XRunVictim   = runVictim
	XSameDerived = sameDerived
	XSaying      = saying
	XShot        = shot
)

const XShots = shots

var XSpoil = spoil

const XStampLayout = stampLayout

var XStills = stills

const XStillsDir = stillsDir

var (
	XSumOf    = sumOf
	XTearTail = tearTail
	XTree     = tree
	XTry      = try
	XTryAll   = tryAll
	XVictim   = victim
)

const XVictimDir = victimDir

var (
	XVolumeOf     = volumeOf
	XWantKind     = wantKind
	XWantMovie    = wantMovie
	XWantOwnFiles = wantOwnFiles
	XWantPerm     = wantPerm
	XWantText     = wantText
	XWantTree     = wantTree
	XWholeOf      = wholeOf
	XRequested    = requested
	XWrite        = write
	XWriteResult  = writeResult
)

func (a *Archive) XVolume() *func() (int64, int64, error) { return &a.volume }

func (a *Archive) XWrap() *func(*os.File) partFile { return &a.wrap }

func (a *Archive) XNow() *func() time.Time { return &a.now }
