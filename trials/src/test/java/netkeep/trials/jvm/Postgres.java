package netkeep.trials.jvm;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;

/// PostgreSQL's JDBC driver.
final class Postgres {
    private static final int ROWS = 2_000;

    private Postgres() {}

    /// @param arguments the server's address and port
    public static void main(String[] arguments) throws Exception {
        String url = "jdbc:postgresql://" + arguments[0] + ":" + arguments[1] + "/postgres?sslmode=disable";
        try (Connection connection = DriverManager.getConnection(url, "postgres", "")) {
            connection.setAutoCommit(false);
            try (Statement statement = connection.createStatement()) {
                statement.execute("create temporary table numbers (number int, text text)");
            }
            try (PreparedStatement insert = connection.prepareStatement("insert into numbers values (?, ?)")) {
                for (int i = 0; i < ROWS; i++) {
                    insert.setInt(1, i);
                    insert.setString(2, "row ".repeat(100) + i);
                    insert.addBatch();
                }
                insert.executeBatch();
            }
            connection.commit();
            try (Statement statement = connection.createStatement()) {
                statement.setFetchSize(100);
                int rows = 0;
                try (ResultSet found = statement.executeQuery("select number, text from numbers order by number")) {
                    for (; found.next(); rows++) {
                        if (found.getInt(1) != rows || !found.getString(2).endsWith("row " + rows)) {
                            throw new AssertionError("row " + rows + ": " + found.getString(2));
                        }
                    }
                }
                System.out.println(rows + " rows");
                statement.setQueryTimeout(1);
                // The driver cancels over a second connection.
                statement.execute("select pg_sleep(20)");
                throw new AssertionError("was not cancelled");
            } catch (SQLException cancelled) {
                System.out.println(cancelled.getSQLState());
            }
        }
    }
}
