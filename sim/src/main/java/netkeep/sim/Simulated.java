package netkeep.sim;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.TestTemplate;
import org.junit.jupiter.api.extension.ExtendWith;

/// A JUnit test in virtual time: it runs once for each seed, and a failure names the seed it failed with.
///
/// ```java
/// @Simulated(seeds = 100)
/// void everyOctetArrives(World world, RandomGenerator luck) { ... }
/// ```
///
/// Parameters may be a [World] of that seed, a `RandomGenerator` of that seed, and the seed itself as a `long`, in any
/// order. With the system property `seed` (`-Dseed=N`) that one alone is played.
@Target({ElementType.METHOD, ElementType.ANNOTATION_TYPE})
@Retention(RetentionPolicy.RUNTIME)
@Documented
@TestTemplate
@ExtendWith(Simulations.class)
public @interface Simulated {
    /// How many seeds, 1 or more.
    int seeds() default 1;

    /// The first of them.
    long first() default 1;
}
