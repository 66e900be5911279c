// http.js serve|ask PORT ADDRESS…: node's http. A server says what it was sent; who asks sends much, and keeps connections.
const http = require('http');
const [how, port, ...addresses] = process.argv.slice(2);

function all(stream, then) {
    const pieces = [];
    stream.on('data', piece => pieces.push(piece));
    stream.on('end', () => then(Buffer.concat(pieces)));
}

function serve(address) {
    http.createServer((request, response) => all(request, body => response.end(body))).listen(+port, address);
}

const agent = new http.Agent({keepAlive: true, maxSockets: 8});

function one(number) {
    return new Promise((resolve, reject) => {
        const sent = Buffer.alloc(200_000, number);
        const request = http.request({host: addresses[0], port, method: 'POST', agent}, response =>
            all(response, got => resolve(sent.equals(got))));
        request.on('error', reject);
        request.end(sent);
    });
}

if (how === 'serve') {
    addresses.forEach(serve);
} else {
    Promise.all([...Array(40).keys()].map(one)).then(right => {
        console.log(right.filter(Boolean).length + ' the same');
        agent.destroy();
    });
}
