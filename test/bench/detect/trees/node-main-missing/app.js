const express = require("express");
const { MongoClient } = require("mongodb");

const app = express();
const port = 3000;
const client = new MongoClient(process.env.MONGO_URI || "mongodb://localhost:27017");

app.get("/", async (req, res) => res.json(await client.db("weather").collection("reports").find().toArray()));
app.listen(port, () => console.log("Listening on " + port));
