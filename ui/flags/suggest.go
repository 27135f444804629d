package flags

import (
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/pflag"
)

// Suggest adds the most likely intended flag to an error about an unknown flag.
// It returns other errors unchanged.
func Suggest(set *pflag.FlagSet, err error) error {
	unknown, ok := errors.AsType[*pflag.NotExistError](err)
	if !ok || len(unknown.GetSpecifiedName()) < 2 {
		return err
	}
	const farthest = 2
	best, name := farthest+1, ""
	set.VisitAll(func(f *pflag.Flag) {
		if strings.HasPrefix(f.Name, unknown.GetSpecifiedName()) && !f.Hidden && best > 0 {
			best, name = 0, f.Name
		}
		if d := distance(unknown.GetSpecifiedName(), f.Name); d < best && !f.Hidden {
			best, name = d, f.Name
		}
	})
	if name == "" {
		return err
	}
	return fmt.Errorf("%w; did you mean --%s?", err, name)
}

// distance counts the letters to change, add, drop or swap with a neighbour to
// turn a into b.
func distance(a, b string) int {
	rows := make([][]int, len(a)+1)
	for i := range rows {
		rows[i] = make([]int, len(b)+1)
		rows[i][0] = i
	}
	for j := range rows[0] {
		rows[0][j] = j
	}
	for i := 1; i <= len(a); i++ {
		for j := 1; j <= len(b); j++ {
			change := 1
			if a[i-1] == b[j-1] {
				change = 0
			}
			rows[i][j] = min(rows[i-1][j]+1, rows[i][j-1]+1, rows[i-1][j-1]+change)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				rows[i][j] = min(rows[i][j], rows[i-2][j-2]+1)
			}
		}
	}
	return rows[len(a)][len(b)]
}
