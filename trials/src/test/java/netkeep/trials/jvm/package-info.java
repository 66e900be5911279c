/// Programs for a JVM that know nothing of Netkeep: `JvmProgramsTest` starts them with the agent.
package netkeep.trials.jvm;
