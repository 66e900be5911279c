package netkeep.sim;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/// Names the requirements that a test holds up: the RFC's number, a space, and the requirement as its table in
/// `docs/rfc` calls it.
///
/// ```java
/// @Rfc("9293 MUST-40")
/// @Rfc({"9293 SHLD-19", "1122 4.2.3.2"})
/// ```
///
/// What the tables call held and what tests cite are the same set; a trial reads both and compares. It reads
/// sources, so the citations are string literals.
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target({ElementType.METHOD, ElementType.TYPE})
public @interface Rfc {
    String[] value();
}
