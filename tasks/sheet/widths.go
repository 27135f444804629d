package sheet

import (
	"fmt"
	"strconv"
	"time"
	"unicode/utf8"

	"github.com/xuri/excelize/v2"

	"example.com/hikgrab/tasks"
)

// The widths of columns, in characters.
const (
	leastWidth = 8
	mostWidth  = 60
	besideText = 3 // the button of the filter stands there
)

// widths are how wide columns have to be.
type widths []int

// newWidths begins with what the titles need.
func newWidths(titles []any) widths {
	w := make(widths, len(titles))
	for i, title := range titles {
		w[i] = leastWidth
		if text, ok := title.(string); ok {
			w[i] = min(max(w[i], utf8.RuneCountInString(text)), mostWidth)
		}
	}
	return w
}

// measure widens columns for a row.
func (w widths) measure(r *result, row []any) {
	for i, value := range row {
		if i < len(w) {
			w[i] = min(max(w[i], r.width(value)), mostWidth)
		}
	}
}

// apply sets the widths of columns from the first on.
func (w widths) apply(to *excelize.StreamWriter, first int) error {
	for i, n := range w {
		if err := to.SetColWidth(first+i, first+i, float64(n+besideText)); err != nil {
			return err
		}
	}
	return nil
}

// width is how many characters a value takes.
func (r *result) width(value any) int {
	switch v := value.(type) {
	case string:
		return utf8.RuneCountInString(v)
	case folder:
		return utf8.RuneCountInString(string(v))
	case time.Time:
		return len(time.DateTime)
	case time.Duration:
		return len("1000:00:00")
	case int64:
		n := len(strconv.FormatInt(v, 10))
		return n + (n-1)/3
	case tasks.State:
		return utf8.RuneCountInString(r.say(v.String()))
	case nil:
		return 0
	}
	return len(fmt.Sprint(value))
}
