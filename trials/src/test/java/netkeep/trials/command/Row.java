package netkeep.trials.command;

import java.lang.annotation.ElementType;
import java.lang.annotation.Repeatable;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/// A row of README's tables of programs, held by the test that has it: [ReadmeTablesTest] compares both.
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.METHOD)
@Repeatable(Row.All.class)
public @interface Row {
    /// The program's name, with what marks it.
    String program();

    /// What is done with it.
    String scenario();

    /// What comes of it, with the reason where it is not all.
    String outcome() default "pass";

    /// Several of them.
    @Retention(RetentionPolicy.RUNTIME)
    @Target(ElementType.METHOD)
    public @interface All {
        /// At least two.
        Row[] value();
    }
}
