package archive_test

import "example.com/hikgrab/tasks/archive"

var (
	at            = archive.XAt
	blockManifest = archive.XBlockManifest
	boxesOf       = archive.XBoxesOf
)

type brokenMovie = archive.XBrokenMovie

var (
	clipped       = archive.XClipped
	closing       = archive.XClosing
	codecName     = archive.XCodecName
	commit        = archive.XCommit
	compactAlways = archive.XCompactAlways
	create        = archive.XCreate
	derive        = archive.XDerive
	derivedPart   = archive.XDerivedPart
)

const derivedRequests = archive.XDerivedRequests

var (
	bringer = archive.XBringer
	deriver = archive.XDeriver
)

const (
	bringerDir     = archive.XBringerDir
	bringerFrom    = archive.XBringerFrom
	deriverDir     = archive.XDeriverDir
	deriverEdition = archive.XDeriverEdition
)

var (
	errFuture     = archive.XErrFuture
	errManyStills = archive.XErrManyStills
	errNeverFits  = archive.XErrNeverFits
	errNoList     = archive.XErrNoList
	errNoRoom     = archive.XErrNoRoom
	errOutgrown   = archive.XErrOutgrown
	errTooLarge   = archive.XErrTooLarge
	footage       = archive.XFootage
	forget        = archive.XForget
)

type forgetful = archive.XForgetful

var (
	framesIn = archive.XFramesIn
	full     = archive.XFull
)

type fullFile = archive.XFullFile

var (
	inspect = archive.XInspect
	item    = archive.XItem
)

const (
	journalName  = archive.XJournalName
	journalSpare = archive.XJournalSpare
)

var (
	killMoments = archive.XKillMoments
	lateFootage = archive.XLateFootage
	leftOver    = archive.XLeftOver
	listLine    = archive.XListLine
)

const (
	lockName = archive.XLockName
	logsKept = archive.XLogsKept
)

var (
	loseDone       = archive.XLoseDone
	manifestBytes  = archive.XManifestBytes
	manifestHeader = archive.XManifestHeader
)

const manifestName = archive.XManifestName

var (
	manifestPaths = archive.XManifestPaths
	manifestRows  = archive.XManifestRows
	morning       = archive.XMorning
	movie         = archive.XMovie
	mustDerive    = archive.XMustDerive
	newError      = archive.XNewError
	one           = archive.XOne
	open          = archive.XOpen
)

const (
	ownDir    = archive.XOwnDir
	ownerName = archive.XOwnerName
)

type partFile = archive.XPartFile

var (
	partOf = archive.XPartOf
	parts  = archive.XParts
)

const partsDir = archive.XPartsDir

var (
	pathOf        = archive.XPathOf
	paused        = archive.XPaused
	plant         = archive.XPlant
	plantManifest = archive.XPlantManifest
	proveBoxes    = archive.XProveBoxes
	put           = archive.XPut
	receipt       = archive.XReceipt
	reopen        = archive.XReopen
)

const result = archive.XResult

var (
	runDeriver  = archive.XRunDeriver
	runVictim   = archive.XRunVictim
	sameDerived = archive.XSameDerived
	saying      = archive.XSaying
	shot        = archive.XShot
)

const shots = archive.XShots

var spoil = archive.XSpoil

const stampLayout = archive.XStampLayout

var stills = archive.XStills

const stillsDir = archive.XStillsDir

var (
	sumOf    = archive.XSumOf
	tearTail = archive.XTearTail
	tree     = archive.XTree
	try      = archive.XTry
	tryAll   = archive.XTryAll
	victim   = archive.XVictim
)

const victimDir = archive.XVictimDir

var (
	volumeOf     = archive.XVolumeOf
	wantKind     = archive.XWantKind
	wantMovie    = archive.XWantMovie
	wantOwnFiles = archive.XWantOwnFiles
	wantPerm     = archive.XWantPerm
	wantText     = archive.XWantText
	wantTree     = archive.XWantTree
	wholeOf      = archive.XWholeOf
	requested    = archive.XRequested
	write        = archive.XWrite
	writeResult  = archive.XWriteResult
)
