/// `netkeep doctor`: what this machine allows.
@NullMarked
package netkeep.tools.doctor;

import org.jspecify.annotations.NullMarked;
