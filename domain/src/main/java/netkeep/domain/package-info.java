/// What every domain has: start, grants, doorbells.
@NullMarked
package netkeep.domain;

import org.jspecify.annotations.NullMarked;
