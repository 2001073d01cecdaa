const express = require('express');
const Queue = require('bull');
const work = new Queue('work', process.env.REDIS_URL || 'redis://127.0.0.1:6379');
const app = express();
app.post('/job', async (req, res) => res.json({ id: (await work.add()).id }));
app.listen(process.env.PORT || 5000);
