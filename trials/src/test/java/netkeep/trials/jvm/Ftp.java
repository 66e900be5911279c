package netkeep.trials.jvm;

import java.util.List;
import org.apache.ftpserver.FtpServerFactory;
import org.apache.ftpserver.listener.ListenerFactory;
import org.apache.ftpserver.usermanager.impl.BaseUser;
import org.apache.ftpserver.usermanager.impl.WritePermission;

/// Apache MINA's server of FTP.
final class Ftp {
    private Ftp() {}

    /// @param arguments our address, port, directory
    public static void main(String[] arguments) throws Exception {
        ListenerFactory listener = new ListenerFactory();
        listener.setServerAddress(arguments[0]);
        listener.setPort(Integer.parseInt(arguments[1]));
        BaseUser user = new BaseUser();
        user.setName("anonymous");
        user.setHomeDirectory(arguments[2]);
        user.setAuthorities(List.of(new WritePermission()));
        FtpServerFactory server = new FtpServerFactory();
        server.getUserManager().save(user);
        server.addListener("default", listener.createListener());
        server.createServer().start();
        System.out.println("serves");
    }
}
