// The peer's side: PouchDB behind express-pouchdb, and its replication as a client. Called by bench/pouch.py.
// serve DIR DOCS: fills a database, prints its port as a line of JSON and serves until its input ends.
// pull URL DIR: replicates into an empty database; push URL DIR: changes every document and replicates back.
const path = require("node:path");
const { createRequire } = require("node:module");
const need = createRequire(path.join(process.cwd(), "package.json"));
const PouchDB = need("pouchdb");

const AT_ONCE = 1000;

function documents(count) {
  return Array.from({ length: count }, (_, number) => ({
    _id: String(number).padStart(8, "0"),
    name: `医生${number}`,
    title: "主任医师",
    specialty: "心血管内科",
    institution: `虚构第${number % 900}医院`,
    note: "A 类 区域专家 周二、周四上午",
  }));
}

async function put(database, docs) {
  for (let at = 0; at < docs.length; at += AT_ONCE) await database.bulkDocs(docs.slice(at, at + AT_ONCE));
}

async function serve(folder, count) {
  const Server = PouchDB.defaults({ prefix: folder + path.sep });
  const options = {
    mode: "minimumForPouchDB",
    logPath: path.join(folder, "log.txt"),
    configPath: path.join(folder, "config.json"),
  };
  await put(new Server("bench"), documents(count));
  const app = need("express")();
  app.use("/", need("express-pouchdb")(Server, options));
  const listening = app.listen(0, "127.0.0.1", () => console.log(JSON.stringify(listening.address().port)));
  process.stdin.on("end", () => process.exit(0)).resume();
}

async function replicated(source, target) {
  const begun = process.hrtime.bigint();
  const done = await PouchDB.replicate(source, target);
  if (!done.ok) throw new Error(JSON.stringify(done.errors));
  return Number(process.hrtime.bigint() - begun) / 1e9;
}

async function main([task, ...rest]) {
  if (task === "serve") return serve(rest[0], Number(rest[1]));
  const remote = `${rest[0]}/bench`;
  const local = new PouchDB(rest[1]);
  if (task === "pull") {
    const seconds = await replicated(remote, local);
    console.log(JSON.stringify({ seconds, docs: (await local.info()).doc_count }));
  } else {
    await replicated(remote, local);
    const rows = (await local.allDocs({ include_docs: true })).rows.filter((row) => row.doc.name);
    await put(local, rows.map((row) => ({ ...row.doc, note: `${row.doc.note} 回访` })));
    console.log(JSON.stringify({ seconds: await replicated(local, remote), docs: rows.length }));
  }
  return local.close();
}

main(process.argv.slice(2)).catch((error) => {
  console.error(error);
  process.exit(1);
});
