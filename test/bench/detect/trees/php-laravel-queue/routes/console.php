<?php
use Illuminate\Support\Facades\Schedule;
Schedule::command('bookings:remind')->hourly();
