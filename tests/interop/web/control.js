// A phone without a browser: it takes its account from the command line, commands as lines of JSON on its standard
// input, and says what happens as lines of JSON on its standard output.
import fs from "node:fs";
import readline from "node:readline";
import WebSocket from "ws";

export const account = JSON.parse(process.argv[2]);

export function tell(type, param = "") {
  process.stdout.write(JSON.stringify({ type, param }) + "\n");
}

// commands: the name of each and what it does with its one argument.
export function obey(commands) {
  readline.createInterface({ input: process.stdin }).on("line", (line) => {
    const { name, argument } = JSON.parse(line);
    commands[name](argument);
  });
}

// What a browser offers: it checks the certificate against the name, and leaves the rest to the library.
let socket = null;
globalThis.WebSocket = class extends WebSocket {
  constructor(url, protocols) {
    const ca = account.ca && fs.readFileSync(account.ca);
    super(url, protocols, { ca, servername: account.domain });
    socket = this;
    this.on("message", (data) => tell("RECEIVED", data.toString()));
  }
  send(data, ...more) {
    tell("SENT", data.toString());
    super.send(data, ...more);
  }
};

// The network is gone: no good-bye of any layer.
export function lose() {
  socket._socket.destroy();
}

export const sdp = [
  "v=0",
  "o=- 1 1 IN IP4 192.0.2.1",
  "s=-",
  "c=IN IP4 192.0.2.1",
  "t=0 0",
  "m=audio 40000 RTP/AVP 0",
  "a=rtpmap:0 PCMU/8000",
  "a=sendrecv",
  "",
].join("\r\n");
