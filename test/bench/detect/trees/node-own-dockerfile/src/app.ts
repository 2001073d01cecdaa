import express from "express";
const app = express();
app.get("/", (_q, r) => { r.send("geo"); });
app.listen(Number(process.env.PORT ?? 7000));
