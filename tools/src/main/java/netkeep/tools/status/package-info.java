/// What a running stack tells about itself: a socket in the file system that answers, and the commands that ask.
@NullMarked
package netkeep.tools.status;

import org.jspecify.annotations.NullMarked;
